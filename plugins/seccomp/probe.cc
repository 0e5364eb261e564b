#include "plugins/seccomp/probe.h"

#include <filesystem>

namespace seccomp {

using slipway::testing::ContainerTest;
using slipway::testing::RunResult;

std::string Native(long number, const std::vector<long>& arguments) {
  std::string call = "native:" + std::to_string(number);
  for (const long argument : arguments) call += ":" + std::to_string(argument);
  return call;
}

void AddProbe(const std::string& root) {
  std::filesystem::copy_file(slipway::testing::Runfile("plugins/seccomp/call_probe"),
                             root + "/bin/call_probe");
}

RunResult InContainer(const std::string& stages, const std::string& script) {
  ContainerTest test;
  AddProbe(test.MakeRoot());
  return test.RunContainer(test.WriteStages(stages), {"/bin/sh", "-c", script});
}

RunResult Probe(const std::string& stages, const std::vector<std::string>& calls) {
  std::string script = "exec /bin/call_probe";
  for (const std::string& call : calls) script += " " + call;
  return InContainer("  - pid\n  - mount: {root: root}\n  - proc\n  - " + stages + "\n", script);
}

}  // namespace seccomp
