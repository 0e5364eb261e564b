// The names of hooks: as records of errors and the guard have them, and as the author of a stage
// reads them. For other people they say nothing, so only a bug of a stage is told with its hook.

#ifndef SLIPWAY_RUNTIME_LAUNCH_HOOK_NAMES_H_
#define SLIPWAY_RUNTIME_LAUNCH_HOOK_NAMES_H_

#include <string_view>

namespace slipway::launch {

inline constexpr char kLoad[] = "load";  // of the plugin, which runs its constructors
inline constexpr char kCreate[] = "create";
inline constexpr char kProbe[] = "probe";
inline constexpr char kDescribe[] = "describe";
inline constexpr char kPreClone[] = "pre-clone";
inline constexpr char kPostClone[] = "post-clone";
inline constexpr char kServe[] = "serve";
inline constexpr char kInChild[] = "in-child";
inline constexpr char kFinish[] = "finish";
inline constexpr char kStarted[] = "started";
inline constexpr char kFreeze[] = "freeze";
inline constexpr char kProcesses[] = "processes";
inline constexpr char kUpdate[] = "update";
inline constexpr char kReport[] = "report";
inline constexpr char kTeardown[] = "teardown";
inline constexpr char kDestroy[] = "destroy";

// "in its InChild hook". Safe in a signal handler.
inline std::string_view WhereIn(std::string_view hook) {
  struct Name {
    char hook[11];  // no pointers, which the dynamic loader would have to relocate at each start
    char where[24];
  };
  constexpr static Name kNames[] = {
      {"load", "while it was loaded"},         {"create", "in its Create hook"},
      {"probe", "in its Probe hook"},          {"pre-clone", "in its PreClone hook"},
      {"post-clone", "in its PostClone hook"}, {"in-child", "in its InChild hook"},
      {"finish", "in its Finish hook"},        {"freeze", "in its Freeze hook"},
      {"processes", "in its Processes hook"},  {"update", "in its Update hook"},
      {"report", "in its Report hook"},        {"teardown", "in its Teardown hook"},
      {"describe", "in its Describe hook"},    {"serve", "in its Serve hook"},
      {"started", "in its Started hook"},      {"destroy", "in its destructor"},
  };
  for (const Name& name : kNames) {
    if (name.hook == hook) return name.where;
  }
  return "in a hook";
}

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_HOOK_NAMES_H_
