// The filter that options and a profile ask for.

#ifndef SLIPWAY_PLUGINS_SECCOMP_FILTER_H_
#define SLIPWAY_PLUGINS_SECCOMP_FILTER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/seccomp/policy.h"
#include "plugins/seccomp/program.h"
#include "runtime/sdk/result.h"

namespace seccomp {

struct Filter {
  Program program;
  uint32_t flags = 0;     // SECCOMP_FILTER_FLAG_*
  bool notifies = false;  // does somebody answer some of the calls?
  std::string notify_socket;
  std::string notify_metadata;

  // What a later process has to know, which may not find the profile as it was.
  std::string Kept() const;
  slipway::Status Restore(std::string_view kept);

  // Fails where there is a socket and nothing for it, or the other way round.
  slipway::Status CheckSocket() const;
};

// Finds mistakes in the options, for which no profile is needed.
slipway::Status CheckWishes(const Wishes& wishes);

// By the default list, or by Wishes::otherwise.
slipway::Status MakeFilter(const Wishes& wishes, Filter& filter);

// By the profile at `path`. Returns the names in it that are unknown here.
slipway::Result<std::string> LoadProfile(const std::string& path, const Wishes& wishes,
                                         Filter& filter);

}  // namespace seccomp

#endif  // SLIPWAY_PLUGINS_SECCOMP_FILTER_H_
