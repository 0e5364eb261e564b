// What the user asked for on the command line.

#ifndef SLIPWAY_RUNTIME_CLI_INVOCATION_H_
#define SLIPWAY_RUNTIME_CLI_INVOCATION_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/result.h"

namespace slipway::cli {

enum class Verb { kRun, kCheck, kStages, kDescribe, kList, kGc, kHelp, kVersion };

enum class Format { kTable, kJson };

struct Invocation {
  Verb verb = Verb::kRun;
  std::string config;                    // as given; empty: none
  std::vector<std::string> overrides;    // --set, as given
  std::vector<std::string> plugin_dirs;  // --plugin-dir, in order
  std::optional<std::string> name;       // --name; absent: one is made up
  std::string stats;                     // --stats: where the final figures go; empty: nowhere
  std::vector<std::string> command;      // kRun: empty: the config's
  std::string stage;                     // kDescribe
  bool markdown = false;                 // kDescribe
  std::string root;                      // --root: the state folder; empty: the default
  bool outlive_runtime = false;          // kRun
  Format format = Format::kTable;        // kList
  std::vector<std::string> ids;          // kGc: empty: all
  bool dry_run = false;                  // kGc
  // --hook-timeout: how long one hook may take; 0: for ever.
  std::chrono::seconds hook_timeout{30};
  // kGc, --records: undo only the first of a container's undo records; nullopt: all.
  std::optional<size_t> records;
};

// Parses argv. Options end at the first word that is not one, or at `--`: what follows is the
// command's own. Fails on an unknown option, a missing value, a word too many.
Result<Invocation> Parse(int argc, const char* const* argv);

// The text of --help.
std::string HelpText();

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_INVOCATION_H_
