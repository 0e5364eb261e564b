// The verbs about containers that other runtimes have started: list and gc.

#ifndef SLIPWAY_RUNTIME_CONTAINERS_H_
#define SLIPWAY_RUNTIME_CONTAINERS_H_

#include <string>
#include <vector>

#include "runtime/cli/invocation.h"
#include "runtime/loader/loader.h"
#include "runtime/report.h"

namespace slipway {

// The state folder: the one of --root, else the user's.
std::string StateFolder(const cli::Invocation& invocation);

// The words of a `runtime gc` with the same stages and the same state folder, without ids.
std::vector<std::string> GcWords(const cli::Invocation& invocation);

// Lists all containers. One whose journal cannot be read is a warning.
Report ListContainers(const cli::Invocation& invocation);

// Undoes what dead containers left behind, by the Teardown of the stages that their journals name;
// fails when something had to stay. With --dry-run it only says what it would do.
Report CollectGarbage(const cli::Invocation& invocation, loader::Loader& loader);

}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_CONTAINERS_H_
