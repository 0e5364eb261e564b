// A command line as it is being typed in a shell: its words without their quotes, and words in such
// quotes as the shell takes back out. Nothing is expanded, so nothing that is typed is executed.

#ifndef SLIPWAY_RUNTIME_CLI_SHELL_LINE_H_
#define SLIPWAY_RUNTIME_CLI_SHELL_LINE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::cli {

struct ShellLine {
  std::vector<std::string> words;  // the last one is the one that is being typed, if empty
  char quote = 0;                  // the one that is open at the end; 0: none
  // How many bytes of the last word the shell keeps as they are, when it exchanges the rest: up to
  // the open quote, or the last character at which it breaks words.
  size_t kept = 0;
};

// line: up to where the cursor is. breaks: COMP_WORDBREAKS of bash.
ShellLine ReadShellLine(std::string_view line, std::string_view breaks);

// The text such that the shell reads it as one word, or within the open quote; nullopt: it cannot
// be written there, or would spoil the terminal.
std::optional<std::string> QuotedForShell(std::string_view text, char quote);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_SHELL_LINE_H_
