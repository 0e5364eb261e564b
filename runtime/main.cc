// runtime: see cli/ for the command line, app.cc for how the rooms are wired.

#include <cstdio>
#include <exception>
#include <string>

#include "runtime/app.h"
#include "runtime/cli/invocation.h"
#include "runtime/sys/process.h"

namespace {

constexpr int kRuntimeFailed = 125;

slipway::Report Main(int argc, char** argv) {
  slipway::Status descriptors = slipway::sys::OpenStandardDescriptors();
  if (!descriptors.ok()) return {.exit_status = std::move(descriptors)};
  auto invocation = slipway::cli::Parse(argc, argv);
  if (!invocation.ok()) return {.exit_status = std::move(invocation).status()};
  return slipway::Execute(*invocation);
}

void PrintError(const char* kind, const slipway::Error& error) {
  // One write: lines of several runtimes that share a stderr do not mix.
  std::string line = std::string("runtime: ") + kind + error.ToString() + "\n";
  std::fputs(line.c_str(), stderr);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const slipway::Report report = Main(argc, argv);
    std::fputs(report.text.c_str(), stdout);
    for (const slipway::Error& warning : report.warnings) PrintError("warning: ", warning);
    if (report.exit_status.ok()) {
      for (const slipway::Error& note : report.notes) {
        if (*report.exit_status != 0) PrintError("", note);
      }
      if (std::fflush(stdout) == 0) return *report.exit_status;
      PrintError("", slipway::Error(errno, "write", "standard output"));
      return kRuntimeFailed;
    }
    const slipway::Error& error = report.exit_status.error();
    PrintError("", error);
    return error->exit_status ? error->exit_status : kRuntimeFailed;
  } catch (const std::exception& exception) {
    PrintError("", slipway::Error("internal error", exception.what()));
    return kRuntimeFailed;
  }
}
