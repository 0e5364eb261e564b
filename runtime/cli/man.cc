#include "runtime/cli/man.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <utility>

namespace slipway::cli {
namespace {

constexpr std::string_view kExitStatus = "Exit status: ";
constexpr std::string_view kGap = "   ";  // between a command and what it is for
constexpr size_t kIndent = 2;             // of what stays as it is, in the help

// groff_char(7): what roff or a device would take for something else.
constexpr std::pair<char, std::string_view> kSpecial[] = {
    {'\\', "\\(rs"}, {'-', "\\-"},   {'\'', "\\(aq"}, {'`', "\\(ga"},
    {'^', "\\(ha"},  {'~', "\\(ti"}, {'"', "\\(dq"},  {'\n', " "}};

// The lines of a text; none of an empty one.
std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Lines up to an empty one, each with its newline.
std::vector<std::string> BlocksOf(std::string_view text) {
  std::vector<std::string> blocks;
  bool inside = false;
  for (const std::string_view line : LinesOf(text)) {
    if (line.empty()) {
      inside = false;
      continue;
    }
    if (!std::exchange(inside, true)) blocks.emplace_back();
    blocks.back().append(line).append("\n");
  }
  return blocks;
}

bool IsCommand(std::string_view block) { return block.starts_with("  runtime "); }

// The first letter as at the beginning of a sentence.
std::string Sentence(std::string_view text) {
  std::string sentence(text);
  if (!sentence.empty()) {
    sentence[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(sentence[0])));
  }
  return sentence;
}

std::string NameOf(const Option& option) {
  std::string name = option.letter != 0 ? Bold(std::string("-") + option.letter) + ", " : "";
  name += Bold(std::string("--") + option.name);
  if (*option.value != '\0') name += " " + StyledSynopsis(option.value);
  return name;
}

bool IsPlaceholder(std::string_view word) {
  return std::isupper(static_cast<unsigned char>(word.front())) != 0;
}

// How much of the text belongs to the word that it begins with; at least one byte.
size_t WordLength(std::string_view text) {
  const auto in_word = [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (text.front() == '-') return c == '-' || std::islower(byte) != 0;
    return IsPlaceholder(text) && std::isupper(byte) != 0;
  };
  const auto* const end = std::find_if_not(text.begin(), text.end(), in_word);
  return std::max<size_t>(1, static_cast<size_t>(end - text.begin()));
}

}  // namespace

std::string Roff(std::string_view text) {
  std::string roff;
  // At the beginning of a line it would be a request.
  if (text.starts_with('.')) roff += "\\&";
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto* const special = std::find_if(std::begin(kSpecial), std::end(kSpecial),
                                             [c](const auto& entry) { return entry.first == c; });
    if (special == std::end(kSpecial)) {
      roff += c;
    } else {
      roff += special->second;
    }
    // Where a line may end: a list without blanks can be longer than one.
    if (c == ',' && i + 1 < text.size() && text[i + 1] != ' ') roff += "\\:";
  }
  return roff;
}

std::string Bold(std::string_view text) { return "\\fB" + Roff(text) + "\\fR"; }

std::string Italic(std::string_view text) { return "\\fI" + Roff(text) + "\\fR"; }

std::string StyledSynopsis(std::string_view synopsis) {
  std::string styled;
  while (!synopsis.empty()) {
    const std::string_view word = synopsis.substr(0, WordLength(synopsis));
    synopsis.remove_prefix(word.size());
    if (IsPlaceholder(word)) {
      styled += Italic(word);
    } else {
      styled += word.size() > 1 ? Bold(word) : Roff(word);
    }
  }
  return styled;
}

ManTexts SplitHelp(std::string_view paragraphs) {
  ManTexts texts;
  bool announced = false;
  for (const std::string& block : BlocksOf(paragraphs)) {
    if (block.starts_with(kExitStatus)) {
      texts.exit_status += Sentence(std::string_view(block).substr(kExitStatus.size())) + "\n";
    } else if (IsCommand(block) && !announced) {
      texts.examples += block + "\n";
    } else {
      texts.description += block + "\n";
    }
    announced = block.ends_with(":\n");
  }
  return texts;
}

ManPage::ManPage(const std::vector<std::string_view>& names, char section, std::string_view meaning,
                 std::string_view version) {
  std::string title(names.front());
  for (char& c : title) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  // Without a date: twice made of the same sources it is the same.
  Request(".TH \"" + Roff(title) + "\" " + section + " \"\" \"Slipway " + Roff(version) +
          "\" \"Slipway\"");
  // Nothing is hyphenated, also not behind .EE, which looks at HY; and nothing is stretched to both
  // margins.
  Request(".nh");
  Request(".nr HY 0");
  Request(".ad l");
  Section("NAME");
  std::string line;
  for (const std::string_view name : names) line += (line.empty() ? "" : ", ") + Roff(name);
  Request(line + " \\- " + Roff(meaning));
}

void ManPage::Request(std::string_view line) { text_.append(line).append("\n"); }

void ManPage::Section(std::string_view title) { Request(".SH \"" + Roff(title) + "\""); }

void ManPage::Paragraphs(std::string_view text) {
  for (const std::string& block : BlocksOf(text)) {
    if (!block.starts_with(' ')) {
      Request(".PP");
      Request(Roff(std::string_view(block).substr(0, block.size() - 1)));
      continue;
    }
    Request(".PP\n.RS 4\n.EX");
    for (const std::string_view line : LinesOf(block)) {
      Request(Roff(line.substr(std::min(line.find_first_not_of(' '), kIndent))));
    }
    Request(".EE\n.RE");
  }
}

void ManPage::Examples(std::string_view text) {
  for (const std::string& block : BlocksOf(text)) {
    for (const std::string_view line : LinesOf(block)) {
      const size_t begin = std::min(line.find_first_not_of(' '), line.size());
      const size_t gap = std::min(line.find(kGap, begin), line.size());
      const size_t meaning = line.find_first_not_of(' ', gap);
      if (begin > kIndent) {
        Request(Roff(line.substr(begin)));
      } else if (meaning == std::string_view::npos) {
        Request(".PP\n" + Bold(line.substr(begin)));
      } else {
        Item(Bold(line.substr(begin, gap - begin)), Sentence(line.substr(meaning)));
      }
    }
  }
}

void ManPage::Lines(const std::vector<std::string>& roff) {
  Request(".nf");
  for (const std::string& line : roff) Request(line);
  Request(".fi");
}

void ManPage::Item(std::string_view roff_term, std::string_view meaning) {
  Request(".TP");
  Request(roff_term);
  Request(Roff(meaning));
}

void ManPage::Below(std::string_view text) {
  Request(".br");
  Request(Roff(text));
}

void ManPage::Options(std::span<const Option> options) {
  for (const Option& option : options) {
    if (*option.help == '\0') continue;  // for the runtime's own use
    Item(NameOf(option), Sentence(option.help) + ".");
  }
}

void ManPage::SeeAlso(const std::vector<std::string_view>& pages) {
  Section("SEE ALSO");
  std::string line;
  for (const std::string_view page : pages) {
    const size_t name = page.find('(');
    line += (line.empty() ? "" : ", ") + Bold(page.substr(0, name)) + Roff(page.substr(name));
  }
  Request(line);
}

}  // namespace slipway::cli
