#include "runtime/cli/shell_line.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace slipway::cli {
namespace {

constexpr std::string_view kBetweenWords = " \t\n;|&<>()";
constexpr std::string_view kPlain = "_-./:=@%+,";
// Within double quotes a backslash takes their meaning away; before others it stays.
constexpr std::string_view kSpecialInDouble = "$`\"\\";

class Reader {
 public:
  explicit Reader(std::string_view breaks) : breaks_(breaks) {}

  ShellLine Read(std::string_view line) {
    for (size_t i = 0; i < line.size(); ++i) {
      const bool more = i + 1 < line.size();
      if (line[i] == '\\' && more && IsEscape(line[i + 1])) {
        Take(line[++i]);
      } else if (line_.quote != 0) {
        TakeQuoted(line[i]);
      } else {
        TakeUnquoted(line[i]);
      }
    }
    line_.words.push_back(std::move(word_));
    return std::move(line_);
  }

 private:
  bool IsEscape(char next) const {
    if (line_.quote == '\'') return false;
    return line_.quote == 0 || kSpecialInDouble.find(next) != std::string_view::npos;
  }

  void Take(char c) {
    word_ += c;
    begun_ = true;
  }

  void TakeQuoted(char c) {
    if (c != line_.quote) return Take(c);
    line_.quote = 0;
    line_.kept = kept_before_quote_;
  }

  void TakeUnquoted(char c) {
    if (c == '\'' || c == '"') {
      line_.quote = c;
      begun_ = true;
      kept_before_quote_ = std::exchange(line_.kept, word_.size());
    } else if (kBetweenWords.find(c) != std::string_view::npos) {
      EndWord();
    } else {
      Take(c);
      if (breaks_.find(c) != std::string_view::npos) line_.kept = word_.size();
    }
  }

  void EndWord() {
    if (begun_) line_.words.push_back(std::exchange(word_, {}));
    begun_ = false;
    line_.kept = 0;
  }

  std::string_view breaks_;
  ShellLine line_;
  std::string word_;
  bool begun_ = false;  // a word, which may be empty in its quotes
  size_t kept_before_quote_ = 0;
};

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool IsPlain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0 || kPlain.find(c) != std::string_view::npos;
}

}  // namespace

ShellLine ReadShellLine(std::string_view line, std::string_view breaks) {
  return Reader(breaks).Read(line);
}

std::optional<std::string> QuotedForShell(std::string_view text, char quote) {
  if (std::any_of(text.begin(), text.end(), IsControl)) return std::nullopt;
  if (quote == '\'') {
    if (text.find('\'') != std::string_view::npos) return std::nullopt;
    return std::string(text);
  }
  // An interactive shell takes it for a line of its history, and a backslash would stay.
  if (quote == '"' && text.find('!') != std::string_view::npos) return std::nullopt;
  std::string quoted;
  for (const char c : text) {
    const bool special =
        quote == '"' ? kSpecialInDouble.find(c) != std::string_view::npos : !IsPlain(c);
    if (special) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

}  // namespace slipway::cli
