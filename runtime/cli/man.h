// Manual pages, as man(7) has them: texts of the help become the source that man(1) reads.

#ifndef SLIPWAY_RUNTIME_CLI_MAN_H_
#define SLIPWAY_RUNTIME_CLI_MAN_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cli/words.h"

namespace slipway::cli {

// The text as roff(7) shows it: nothing in it is a request, and dashes can be copied into a shell.
std::string Roff(std::string_view text);

// The same in bold, or as what stands for something else.
std::string Bold(std::string_view text);
std::string Italic(std::string_view text);

// A synopsis: `--words` in bold, and words in capitals as what stands for something else.
std::string StyledSynopsis(std::string_view synopsis);

// What paragraphs of the help come to on a page.
struct ManTexts {
  std::string description;
  std::string examples;     // indented commands, unless the paragraph before announces them by ':'
  std::string exit_status;  // behind "Exit status: "
};
ManTexts SplitHelp(std::string_view paragraphs);

class ManPage {
 public:
  // names: the page's own first, "runtime-gc". section: '1'. meaning: half a line.
  ManPage(const std::vector<std::string_view>& names, char section, std::string_view meaning,
          std::string_view version);

  void Section(std::string_view title);
  // Paragraphs, which an empty line parts; lines that begin with a blank stay as they are.
  void Paragraphs(std::string_view text);
  // Commands; of a line with several blanks in it, what stands behind them says what it is for, and
  // so do lines below it that are indented further.
  void Examples(std::string_view text);
  // Lines that stay as they are, in the page's own left margin. roff: escaped already.
  void Lines(const std::vector<std::string>& roff);
  // A term, escaped already, and what it means.
  void Item(std::string_view roff_term, std::string_view meaning);
  // One more line below the last item.
  void Below(std::string_view text);
  void Options(std::span<const Option> options);
  // "runtime-gc(1)": the name in bold.
  void SeeAlso(const std::vector<std::string_view>& pages);

  const std::string& text() const { return text_; }

 private:
  void Request(std::string_view line);

  std::string text_;
};

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_MAN_H_
