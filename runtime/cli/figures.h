// What the stages of a container have to say of it, while it runs.

#ifndef SLIPWAY_RUNTIME_CLI_FIGURES_H_
#define SLIPWAY_RUNTIME_CLI_FIGURES_H_

#include <cstdint>
#include <map>
#include <string>

namespace slipway::cli {

// By stage and name, in the kernel's units.
using Figures = std::map<std::string, std::map<std::string, int64_t>>;

// A line for each: "cgroup-v2  memory.peak  1048576".
std::string FiguresAsTable(const Figures& figures);

// One line, an object: {"cgroup-v2":{"memory.peak":1048576}}.
std::string FiguresAsJson(const Figures& figures);

}  // namespace slipway::cli

#endif  // SLIPWAY_RUNTIME_CLI_FIGURES_H_
