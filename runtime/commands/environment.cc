#include "runtime/commands/environment.h"

#include <unistd.h>

#include <cstdlib>
#include <map>

namespace slipway::commands {

std::vector<std::string> EnvironmentOf(const config::Process& process) {
  std::map<std::string, std::string> variables = {
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      {"HOME", geteuid() == 0 ? "/root" : "/"},
  };
  if (const char* term = getenv("TERM")) variables["TERM"] = term;
  for (const auto& [name, value] : process.env) variables[name] = value;
  for (const std::string& name : process.pass) {
    if (const char* value = getenv(name.c_str())) variables[name] = value;
  }
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  return environment;
}

}  // namespace slipway::commands
