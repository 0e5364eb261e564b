// What a verb of the command line comes to, and how people see it: the only place that prints.

#ifndef SLIPWAY_RUNTIME_CLI_REPORT_H_
#define SLIPWAY_RUNTIME_CLI_REPORT_H_

#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::cli {

// When the runtime itself has failed.
inline constexpr int kRuntimeFailed = 125;

struct Report {
  Result<int> exit_status = 0;
  std::string text = {};             // for stdout
  std::string complaints = {};       // for stderr, as they are; lines
  std::vector<Error> warnings = {};  // for stderr
  std::vector<Error> failures = {};  // for stderr: what kept a verb from doing all of its work
  std::vector<Error> notes = {};     // for stderr, when the command ended badly: what explains it
};

// Prints everything, and returns the status that the process ends with.
int Print(const Report& report);

// Writes all of it to stdout, at once.
Status WriteOut(std::string_view text);

// What PrintError prints; ends with a newline.
std::string ErrorLine(std::string_view kind, const Error& error);

// One line on stderr, at once: "runtime: ", `kind` ("warning: ", "note: " or nothing), the error.
// Broken at the terminal's width, where stderr is one.
void PrintError(std::string_view kind, const Error& error);

// The same for a text.
void PrintLine(std::string_view kind, std::string_view text);

// From here on errors also say which hook of a stage they come from.
void SetVerbose();

// The width of the terminal that `fd` is; 0 where it is none.
size_t TerminalWidth(int fd);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_REPORT_H_
