// runtime version: which version this is.

#include "runtime/commands/version.h"

#include "runtime/commands/options.h"
#include "runtime/commands/verbs.h"

namespace slipway::commands {
namespace {

constexpr cli::Option kOptions[] = {kHelp};

cli::Report Version(Given given) {
  Status more = ExpectNoMore(given.words.rest, 0, "runtime version --help");
  if (!more.ok()) return {.exit_status = std::move(more)};
  return {.text = std::string("slipway ") + kVersion + "\n"};
}

}  // namespace

constexpr Command kVersionCommand = {.name = "version",
                                     .synopsis = "",
                                     .summary = "print the version; --version is the same",
                                     .about = "Prints the version.\n",
                                     .options = kOptions,
                                     .execute = Version};

}  // namespace slipway::commands
