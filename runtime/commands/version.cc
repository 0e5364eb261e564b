// runtime version: which version this is.

#include "runtime/commands/version.h"

#include "runtime/commands/options.h"
#include "runtime/commands/verbs.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kOptions[] = {kHelp};

Result<cli::Report> Version(Given given) {
  RETURN_IF_ERROR(ExpectNoMore(given.words.rest, 0, "runtime version --help"));
  return cli::Report{.text = std::string("slipway ") + kVersion + "\n"};
}

}  // namespace

constexpr Command kVersionCommand = {.name = "version",
                                     .synopsis = "[OPTIONS]",
                                     .summary = "print the version; --version is the same",
                                     .about = "Prints the version.\n",
                                     .options = kOptions,
                                     .execute = Version};

}  // namespace slipway::commands
