// The names of hooks: as records of errors and the guard have them, and as the author of a stage
// reads them. For other people they say nothing, so only a bug of a stage is told with its hook.

#ifndef SLIPWAY_RUNTIME_LAUNCH_HOOK_NAMES_H_
#define SLIPWAY_RUNTIME_LAUNCH_HOOK_NAMES_H_

#include <string_view>

namespace slipway::launch {

inline constexpr char kLoad[] = "load";  // of the plugin, which runs its constructors
inline constexpr char kCreate[] = "create";
inline constexpr char kProbe[] = "probe";
inline constexpr char kPreClone[] = "pre-clone";
inline constexpr char kPostClone[] = "post-clone";
inline constexpr char kInChild[] = "in-child";
inline constexpr char kReport[] = "report";
inline constexpr char kTeardown[] = "teardown";
inline constexpr char kDestroy[] = "destroy";

// "in its InChild hook". Safe in a signal handler.
constexpr std::string_view WhereIn(std::string_view hook) {
  struct Name {
    std::string_view hook;
    std::string_view where;
  };
  constexpr Name kNames[] = {
      {kLoad, "while it was loaded"},        {kCreate, "in its Create hook"},
      {kProbe, "in its Probe hook"},         {kPreClone, "in its PreClone hook"},
      {kPostClone, "in its PostClone hook"}, {kInChild, "in its InChild hook"},
      {kReport, "in its Report hook"},       {kTeardown, "in its Teardown hook"},
      {kDestroy, "in its destructor"},
  };
  for (const Name& name : kNames) {
    if (name.hook == hook) return name.where;
  }
  return "in a hook";
}

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_HOOK_NAMES_H_
