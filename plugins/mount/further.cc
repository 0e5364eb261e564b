#include "plugins/mount/further.h"

#include <algorithm>
#include <string>

namespace mount_stage {
namespace {

size_t DepthOf(const std::string& target) {
  size_t names = 0;
  for (size_t i = 1; i < target.size(); ++i) {
    if (target[i - 1] == '/' && target[i] != '/') ++names;
  }
  return names;
}

}  // namespace

std::vector<Further> OuterFirst(const std::vector<Bind>& binds, const std::vector<Tmpfs>& tmpfs) {
  std::vector<Further> mounts;
  mounts.reserve(binds.size() + tmpfs.size());
  for (size_t i = 0; i < binds.size(); ++i)
    mounts.push_back({false, i, DepthOf(binds[i].target.path)});
  for (size_t i = 0; i < tmpfs.size(); ++i)
    mounts.push_back({true, i, DepthOf(tmpfs[i].target.path)});
  std::stable_sort(mounts.begin(), mounts.end(),
                   [](const Further& a, const Further& b) { return a.depth < b.depth; });
  return mounts;
}

}  // namespace mount_stage
