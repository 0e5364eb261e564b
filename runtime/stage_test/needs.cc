#include "runtime/stage_test/needs.h"

#include <linux/sched.h>
#include <sched.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>

#include "runtime/stage_test/census.h"
#include "runtime/stage_test/program.h"

namespace slipway::stage_test {
namespace {

constexpr std::string_view kLinux = "linux-";

bool HasCgroupV2(const Case&) {
  const std::vector<std::string> mounts = MountPointsOf("cgroup2");
  std::string controllers;
  return !mounts.empty() && std::ifstream(mounts.front() + "/cgroup.controllers") >> controllers;
}

// Can this user make such namespaces, behind an own user namespace if need be?
bool CanUnshare(const Case& one, int kinds) {
  const pid_t child = fork();
  if (child == 0) {
    if (!BecomeUserOf(one.user)) _exit(EXIT_FAILURE);
    const int own = geteuid() == 0 ? 0 : CLONE_NEWUSER;
    _exit(unshare(kinds | own) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status = -1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

bool IsRoot(const Case& one) { return geteuid() == 0 && one.user.value_or(0) == 0; }

struct Need {
  std::string_view name;
  bool (*is_met)(const Case& one);
  const char* missing;
};

constexpr Need kNeeds[] = {
    {"root", IsRoot, "needs root"},
    {"plain-user", [](const Case& one) { return !IsRoot(one); }, "needs a plain user, not root"},
    {"cgroup-v1", [](const Case&) { return !MountPointsOf("cgroup").empty(); },
     "needs cgroup v1, which is not mounted"},
    {"cgroup-v2", HasCgroupV2, "needs cgroup v2, which is not mounted here with controllers"},
    {"user-namespaces", [](const Case& one) { return CanUnshare(one, CLONE_NEWUSER); },
     "needs user namespaces, which this user may not make"},
    {"time-namespaces", [](const Case& one) { return CanUnshare(one, CLONE_NEWTIME); },
     "needs time namespaces, which this user may not make"},
};

struct Version {
  int major = 0;
  int minor = 0;
};

std::optional<Version> VersionIn(const std::string& text, bool to_its_end) {
  Version version;
  int size = 0;
  if (std::sscanf(text.c_str(), "%d.%d%n", &version.major, &version.minor, &size) != 2) return {};
  if (to_its_end && text.size() != static_cast<size_t>(size)) return {};
  return version;
}

std::string WhyNoSuchKernel(const std::string& wanted) {
  utsname names{};
  uname(&names);
  const Version own = VersionIn(names.release, false).value_or(Version{});
  const Version least = VersionIn(wanted, true).value_or(Version{});
  if (own.major > least.major || (own.major == least.major && own.minor >= least.minor)) return {};
  return "needs Linux " + wanted + ", and this is " + names.release;
}

std::string WhyNot(const std::string& name, const Case& one) {
  if (name.starts_with(kLinux)) return WhyNoSuchKernel(name.substr(kLinux.size()));
  const Need* const need = std::find_if(std::begin(kNeeds), std::end(kNeeds),
                                        [&name](const Need& each) { return each.name == name; });
  return need == std::end(kNeeds) || need->is_met(one) ? "" : need->missing;
}

}  // namespace

const std::vector<std::string_view>& NamesOfNeeds() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const Need& need : kNeeds) all.push_back(need.name);
    all.push_back("linux-6.12");
    return all;
  }();
  return names;
}

bool IsNeed(const std::string& name) {
  if (name.starts_with(kLinux)) return VersionIn(name.substr(kLinux.size()), true).has_value();
  const auto& names = NamesOfNeeds();
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string WhyNotHere(const Case& one) {
  if (one.user && *one.user != geteuid() && geteuid() != 0) {
    return "only root can run it as " +
           (*one.user == 0 ? std::string("root") : "user " + std::to_string(*one.user));
  }
  for (const std::string& name : one.needs) {
    if (std::string why = WhyNot(name, one); !why.empty()) return why;
  }
  return {};
}

}  // namespace slipway::stage_test
