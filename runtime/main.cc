// runtime: see commands/ for what each verb takes, says and does.

#include <unistd.h>

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cli/report.h"
#include "runtime/commands/command.h"
#include "runtime/sys/process.h"

namespace {

slipway::cli::Report Main(const std::vector<std::string>& words) {
  slipway::Status descriptors = slipway::sys::OpenStandardDescriptors();
  if (!descriptors.ok()) return {.exit_status = std::move(descriptors)};
  slipway::Status rights = slipway::sys::RefuseElevation();
  if (!rights.ok()) return {.exit_status = std::move(rights)};
  return slipway::commands::Execute(words);
}

int Run(int argc, char** argv) {
  try {
    // execve(2) may give no words at all, not even the program's name.
    return slipway::cli::Print(Main({argv + (argc > 0 ? 1 : 0), argv + argc}));
  } catch (const std::bad_alloc&) {
    // Without memory there is none for an Error either.
    constexpr std::string_view kLine =
        "runtime: out of memory (a memory limit may be too small: ulimit -v, ulimit -d)\n";
    (void)!write(STDERR_FILENO, kLine.data(), kLine.size());
    return slipway::cli::kRuntimeFailed;
  } catch (const std::exception& exception) {
    slipway::cli::PrintError("", slipway::Error("internal error", exception.what()));
    return slipway::cli::kRuntimeFailed;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int exit_status = Run(argc, argv);
#ifndef __SANITIZE_ADDRESS__  // which looks for leaks at exit(3)
  // Nothing is buffered, and libraries would only take down, page by page, what the kernel frees.
  _exit(exit_status);
#endif
  return exit_status;
}
