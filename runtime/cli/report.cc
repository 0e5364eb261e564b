#include "runtime/cli/report.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "runtime/text/wrap.h"

namespace slipway::cli {
namespace {

constexpr std::string_view kProgram = "runtime: ";
constexpr size_t kIndent = 4;
constexpr size_t kNarrowest = 40;  // columns; breaking lines does not help below that

bool verbose = false;

std::string Line(std::string_view kind, std::string_view text) {
  const std::string line = std::string(kProgram).append(kind).append(internal::Printable(text));
  return text::Wrap(line, TerminalWidth(STDERR_FILENO), kIndent) + "\n";
}

}  // namespace

size_t TerminalWidth(int fd) {
  winsize size{};
  if (isatty(fd) == 0 || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col < kNarrowest) return 0;
  return size.ws_col;
}

void SetVerbose() { verbose = true; }

std::string ErrorLine(std::string_view kind, const Error& error) {
  return Line(kind, error.ToString(verbose));
}

void PrintLine(std::string_view kind, std::string_view text) {
  // One write: lines of several runtimes that share a stderr do not mix.
  std::fputs(Line(kind, text).c_str(), stderr);
}

void PrintError(std::string_view kind, const Error& error) {
  std::fputs(ErrorLine(kind, error).c_str(), stderr);
}

Status WriteOut(std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = write(STDOUT_FILENO, text.data(), text.size());
    if (size < 0 && errno != EINTR) return Error(errno, "write", "standard output");
    text.remove_prefix(size > 0 ? static_cast<size_t>(size) : 0);
  }
  return Ok();
}

int Print(const Report& report) {
  const Status written = WriteOut(report.text);
  if (!report.complaints.empty()) std::fputs(report.complaints.c_str(), stderr);
  for (const Error& warning : report.warnings) PrintError("warning: ", warning);
  for (const Error& failure : report.failures) PrintError("", failure);
  if (!report.exit_status.ok()) {
    const Error& error = report.exit_status.error();
    PrintError("", error);
    return error->exit_status != 0 ? error->exit_status : kRuntimeFailed;
  }
  if (*report.exit_status != 0) {
    for (const Error& note : report.notes) PrintError("", note);
  }
  if (written.ok()) return *report.exit_status;
  PrintError("", written.error());
  return kRuntimeFailed;
}

}  // namespace slipway::cli
