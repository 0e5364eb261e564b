#include "runtime/commands/environment.h"

#include <unistd.h>

#include <cstdlib>
#include <map>

namespace slipway::commands {

std::vector<std::string> DefaultEnvironment() {
  std::vector<std::string> environment = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      geteuid() == 0 ? "HOME=/root" : "HOME=/",
  };
  if (const char* term = getenv("TERM")) environment.push_back(std::string("TERM=") + term);
  return environment;
}

std::vector<std::string> EnvironmentOf(const config::Process& process) {
  std::map<std::string, std::string> variables;
  for (const auto& [name, value] : process.env) variables[name] = value;
  for (const std::string& name : process.pass) {
    if (const char* value = getenv(name.c_str())) variables[name] = value;
  }
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  return environment;
}

}  // namespace slipway::commands
