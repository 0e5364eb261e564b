// What the stage's options say about calls, as one policy.

#ifndef SLIPWAY_PLUGINS_SECCOMP_POLICY_H_
#define SLIPWAY_PLUGINS_SECCOMP_POLICY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugins/seccomp/rule.h"
#include "runtime/sdk/result.h"

namespace seccomp {

using Names = std::vector<std::string>;

// What becomes of a call, by one word; in the order of kActionOf.
enum class Action { kAllow, kErrno, kKill, kKillThread, kLog, kTrap, kNotify };

uint32_t ValueOf(Action action);

// Calls as they stand in the options, with the option's name and what becomes of them.
struct List {
  const char* option;
  const Names* calls;
  Action action;
};

struct Wishes {
  std::optional<Action> otherwise;
  std::vector<List> lists;
  std::map<std::string, std::string> causes;  // of the option errno: by the call
  uint64_t capabilities = 0;

  bool ChangesNothing() const;
};

// The granted capabilities by their names: of the option `capabilities`.
slipway::Result<uint64_t> ReadCapabilities(const Names& names);

// The default list.
slipway::Result<Policy> DefaultPolicy(uint64_t capabilities);

// One that lets nothing be but what is added to it.
Policy EmptyPolicy(Action otherwise);

// Lets the options change `policy`: a call without conditions is theirs alone, one with conditions
// comes before what the policy says of it.
slipway::Status Change(const Wishes& wishes, Policy& policy);

}  // namespace seccomp

#endif  // SLIPWAY_PLUGINS_SECCOMP_POLICY_H_
