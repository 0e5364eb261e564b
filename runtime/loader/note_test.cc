#include "runtime/loader/note.h"

#include <elf.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "runtime/sdk/abi.h"
#include "runtime/sys/file.h"
#include "runtime/sys/test_folder.h"

namespace slipway::loader {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Note : public ::testing::Test {
 protected:
  static std::string Check(const std::string& path) {
    const auto file = sys::Open(path, O_RDONLY);
    if (!file.ok()) return file.error().ToString();
    const Status status = CheckNote(*file, path);
    return status.ok() ? "good" : status.error().ToString();
  }

  // The plugin with `bytes` at `at`.
  std::string With(size_t at, const std::string& bytes) const {
    std::string path = folder_.Copy(plugin_, "changed.so");
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file << bytes;
    return path;
  }

  std::string Bytes() const {
    std::ifstream file(plugin_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // Where the note's owner stands in the plugin.
  size_t Owner() const { return Bytes().find(std::string("Slipway\0", 8)); }

  // The program header of its notes, which stands at place_.
  Elf64_Phdr Segment() {
    const std::string bytes = Bytes();
    Elf64_Ehdr header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    Elf64_Phdr segment{};
    for (size_t i = 0; i < header.e_phnum && segment.p_type != PT_NOTE; ++i) {
      place_ = header.e_phoff + i * sizeof(segment);
      std::memcpy(&segment, bytes.data() + place_, sizeof(segment));
    }
    return segment;
  }

  const sys::TestFolder folder_;
  size_t place_ = 0;
  const std::string plugin_ = "tests/plugins/libgood_plain_c_stage.so";
};

TEST_F(Note, OfThisAbiIsTaken) { EXPECT_EQ(Check(plugin_), "good"); }

TEST_F(Note, OfAnotherAbiIsRefused) {
  const std::string path = With(Owner() + 12, std::string("\x2a\0\0\0", 4));
  EXPECT_EQ(Check(path),
            "wrong ABI \"0.42\" (this runtime wants " + std::to_string(SLIPWAY_ABI_MAJOR) + "." +
                std::to_string(SLIPWAY_ABI_MINOR) + "; rebuild the stage: " + path + ")");
}

TEST_F(Note, OfAnotherOwnerOrTypeIsNone) {
  EXPECT_THAT(Check(With(Owner(), "slipway")), StartsWith("not a plugin of Slipway"));
  EXPECT_THAT(Check(With(Owner() - 4, "\2")), StartsWith("not a plugin of Slipway"));
}

TEST_F(Note, ThatIsTooShortIsNone) {
  EXPECT_THAT(Check(With(Owner() - 8, "\4")), StartsWith("not a plugin of Slipway"));
}

TEST_F(Note, BehindOneWithoutEndIsNotFound) {
  const size_t size_of_the_first = Segment().p_offset + offsetof(Elf64_Nhdr, n_descsz);
  EXPECT_THAT(Check(With(size_of_the_first, std::string(4, '\xff'))),
              StartsWith("not a plugin of Slipway"));
}

TEST_F(Note, IsFoundWhereverItLies) {
  const std::string bytes = Bytes();
  const Elf64_Phdr segment = Segment();
  const size_t end = std::filesystem::file_size(plugin_) + 1000;
  std::string path = With(end, bytes.substr(segment.p_offset, segment.p_filesz));
  EXPECT_EQ(Check(path), "good");
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(place_ + offsetof(Elf64_Phdr, p_offset)));
  file.write(reinterpret_cast<const char*>(&end), sizeof(end));
  file.seekp(static_cast<std::streamoff>(segment.p_offset));
  file << std::string(segment.p_filesz, '\0');
  file.close();
  EXPECT_EQ(Check(path), "good");
}

TEST_F(Note, IsNotLookedForOutsideOfTheFile) {
  EXPECT_THAT(Check(With(offsetof(Elf64_Ehdr, e_phoff), std::string(8, '\xff'))),
              StartsWith("not a plugin of Slipway"));
}

TEST_F(Note, IsNotInAFileThatEndsEarly) {
  for (const size_t size : {size_t{4}, size_t{63}, size_t{64}, size_t{100}, Owner() + 8}) {
    const std::string path = folder_.Copy(plugin_, "short.so");
    std::filesystem::resize_file(path, size);
    EXPECT_THAT(Check(path), StartsWith("not a ")) << size;
  }
}

TEST_F(Note, IsNotInAnOrdinaryLibrary) {
  EXPECT_THAT(Check("tests/plugins/libbad_no_note_stage.so"), HasSubstr("no note .note.slipway"));
}

TEST_F(Note, IsNotInWhatIsNoLibrary) {
  EXPECT_THAT(Check(folder_.File("text.so", "no library")), HasSubstr("(no ELF file; build"));
  EXPECT_THAT(Check(With(offsetof(Elf64_Ehdr, e_type), "\1")), HasSubstr("(an object file: link"));
  EXPECT_THAT(Check(With(offsetof(Elf64_Ehdr, e_type), "\2")), HasSubstr("(a program: link"));
  EXPECT_THAT(Check(With(EI_CLASS, "\1")), HasSubstr("(it is not of 64 bits)"));
}

TEST_F(Note, OfAFileThatCannotBeReadIsAnError) {
  EXPECT_THAT(Check(folder_.path()), StartsWith("cannot read "));
}

}  // namespace
}  // namespace slipway::loader
