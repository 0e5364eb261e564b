#include "runtime/state/line.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

namespace slipway::state {
namespace {

TEST(FormatLine, PutsTheChecksumInFront) {
  // The check value of CRC-32 (ISO-HDLC), which every catalogue of CRCs has.
  EXPECT_EQ(FormatLine("123456789"), "cbf43926 123456789\n");
}

TEST(FormatLine, IsOneLineWhateverThePayload) {
  const std::string line = FormatLine("a\nb\\n");
  EXPECT_EQ(line.substr(8), " a\\nb\\\\n\n");
}

TEST(ParseLine, GivesThePayloadBack) {
  std::string every_byte;
  for (int c = 0; c < 256; ++c) every_byte += static_cast<char>(c);
  for (const std::string& payload :
       {std::string(), std::string("\n"), std::string("\\"), std::string("\\n\\\n\\\\n"),
        std::string("a b  c "), std::string(4096, '\n'), every_byte}) {
    std::string line = FormatLine(payload);
    line.pop_back();
    EXPECT_EQ(ParseLine(line), payload);
  }
}

TEST(ParseLine, TakesNoPartOfALine) {
  const std::string line = FormatLine("record 0 some\nbytes");
  for (size_t size = 0; size + 1 < line.size(); ++size) {
    EXPECT_EQ(ParseLine(line.substr(0, size)), std::nullopt) << size;
  }
}

TEST(ParseLine, TakesNoLineWithAChangedBit) {
  std::string line = FormatLine("record 0 some bytes");
  line.pop_back();
  for (size_t i = 0; i < line.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = line;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      // The case of a hexadecimal digit says nothing.
      if (i < 8 && std::isalpha(static_cast<unsigned char>(line[i])) && bit == 5) continue;
      EXPECT_EQ(ParseLine(changed), std::nullopt) << i << " " << changed;
    }
  }
}

TEST(ParseLine, TakesNoEscapeThatIsNoneThoughTheChecksumIsRight) {
  EXPECT_EQ(ParseLine("b0dff252 \\"), std::nullopt);
  EXPECT_EQ(ParseLine("0909f9a9 \\x"), std::nullopt);
}

TEST(ParseLine, TakesNothingElse) {
  for (const char* line : {"", " ", "ffffffff", "00000000", "        x", "-0000001 a"}) {
    EXPECT_EQ(ParseLine(line), std::nullopt) << line;
  }
}

}  // namespace
}  // namespace slipway::state
