// Capabilities as the stage `credentials` takes them, and the five sets that it makes of them; all
// of it without a system call. capabilities(7).

#ifndef SLIPWAY_PLUGINS_CREDENTIALS_CAPABILITIES_H_
#define SLIPWAY_PLUGINS_CREDENTIALS_CAPABILITIES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/stage.h"

namespace credentials {

using Names = std::vector<std::string>;

// The option `capability_sets`.
struct Sets {
  Names bounding;
  Names permitted;
  Names effective;
  Names inheritable;
  Names ambient;

  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Sets::bounding>("bounding", "The most that any exec can give",
                                         {.fallback = "[]"}),
        slipway::Option<&Sets::permitted>("permitted", "What it may use", {.fallback = "[]"}),
        slipway::Option<&Sets::effective>("effective", "What it uses", {.fallback = "[]"}),
        slipway::Option<&Sets::inheritable>(
            "inheritable", "What a program with such file capabilities gets", {.fallback = "[]"}),
        slipway::Option<&Sets::ambient>(
            "ambient", "What a user other than root keeps when a program is executed",
            {.fallback = "[]"}));
  }
};

// What the options say; nullopt: nothing.
struct Wanted {
  std::optional<Names> capabilities;
  Names cap_add;
  Names cap_drop;
  std::optional<Sets> capability_sets;
};

// Each as the host takes it.
struct Given {
  slipway_capabilities sets{};
  uint64_t dispensable = 0;
};

// Fails with the option to blame.
slipway::Result<Given> SetsOf(const Wanted& wanted);

// "all", "none", or names.
std::string Words(uint64_t set);

}  // namespace credentials

#endif  // SLIPWAY_PLUGINS_CREDENTIALS_CAPABILITIES_H_
