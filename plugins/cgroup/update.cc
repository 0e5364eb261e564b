// Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst.

#include "plugins/cgroup/update.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "plugins/cgroup/cgroup.h"
#include "plugins/cgroup/life.h"
#include "runtime/sys/file.h"

namespace slipway::cgroup {
namespace {

bool IsSame(const LimitWrite& one, const LimitWrite& other) {
  return one.file == other.file && one.value == other.value;
}

bool HasFile(const std::string& directory, const LimitWrite& limit) {
  return access((directory + "/" + limit.file).c_str(), F_OK) == 0;
}

// What a file held, and where; a file of several lines is put back line by line.
struct Held {
  std::string path;
  std::string text;
};

void PutBack(const std::vector<Held>& held) {
  for (auto one = held.rbegin(); one != held.rend(); ++one) {
    for (const std::string_view line : Split(one->text, "\n")) {
      (void)sys::WriteFile(one->path, line).ok();
    }
  }
}

}  // namespace

std::vector<LimitWrite> ChangedLimits(const std::vector<LimitWrite>& before,
                                      const std::vector<LimitWrite>& now) {
  std::vector<LimitWrite> changed;
  for (const LimitWrite& limit : now) {
    const bool known = std::any_of(before.begin(), before.end(),
                                   [&](const LimitWrite& other) { return IsSame(limit, other); });
    if (!known) changed.push_back(limit);
  }
  return changed;
}

Status CheckFiles(const std::vector<std::string>& directories,
                  const std::vector<LimitWrite>& limits) {
  for (const LimitWrite& limit : limits) {
    const bool there = std::any_of(limits.begin(), limits.end(), [&](const LimitWrite& other) {
      // One of several files that stand for the same option will do.
      return other.option == limit.option &&
             std::any_of(directories.begin(), directories.end(),
                         [&](const std::string& directory) { return HasFile(directory, other); });
    });
    if (there) continue;
    return Error("the container has no cgroup with the controller \"" + limit.controller + "\"", {},
                 "it was started without a limit that needs it, and cannot get it while it runs")
        .Option(limit.option);
  }
  return Ok();
}

Status ChangeLimits(const std::string& directory, const std::vector<LimitWrite>& limits) {
  std::vector<Held> held;
  std::vector<const LimitWrite*> left;
  for (const LimitWrite& limit : limits) {
    if (HasFile(directory, limit)) left.push_back(&limit);
  }
  for (bool last = false; !left.empty(); last = true) {
    std::vector<const LimitWrite*> refused;
    for (const LimitWrite* limit : left) {
      const std::string path = directory + "/" + limit->file;
      auto text = sys::ReadFile(path);
      Status written = WriteLimit(directory, *limit);
      if (written.ok()) {
        if (text.ok()) held.push_back({path, std::move(*text)});
        continue;
      }
      if (last) {
        PutBack(held);
        return written;
      }
      refused.push_back(limit);
    }
    left = std::move(refused);
  }
  return Ok();
}

}  // namespace slipway::cgroup
