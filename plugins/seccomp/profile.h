// A profile in JSON, as `linux.seccomp` of the OCI runtime specification has it, or as docker and
// podman read it from a file.

#ifndef SLIPWAY_PLUGINS_SECCOMP_PROFILE_H_
#define SLIPWAY_PLUGINS_SECCOMP_PROFILE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/seccomp/program.h"
#include "plugins/seccomp/rule.h"
#include "runtime/sdk/result.h"

namespace seccomp {

struct Profile {
  Policy policy;
  std::vector<bool> in_use;  // for each kind of calls.h
  uint32_t flags = 0;        // SECCOMP_FILTER_FLAG_*
  std::string listener_path;
  std::string listener_metadata;
  std::vector<std::string> unknown;  // calls that this machine does not have
};

// On which machine a profile is read.
struct Surroundings {
  uint64_t capabilities = 0;  // that are granted, a bit for each
  uint32_t kernel_major = 0;
  uint32_t kernel_minor = 0;
};

// name: of the file; an error says "NAME:line:column".
slipway::Result<Profile> ReadProfile(std::string_view text, std::string_view name,
                                     const Surroundings& surroundings);

// All architectures of calls.h; those that the profile does not name are not in use.
std::vector<Architecture> ArchitecturesOf(const Profile& profile);

}  // namespace seccomp

#endif  // SLIPWAY_PLUGINS_SECCOMP_PROFILE_H_
