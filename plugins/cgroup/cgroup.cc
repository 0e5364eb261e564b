// proc(5) (mountinfo), cgroups(7), Documentation/admin-guide/cgroup-v1/cgroups.rst.

#include "plugins/cgroup/cgroup.h"

#include <algorithm>
#include <map>

namespace slipway::cgroup {
namespace {

// One line of mountinfo, as far as it matters here.
struct MountLine {
  std::string id;
  std::string parent;
  std::string type;
  CgroupMount mount;
};

bool IsOctal(char c) { return c >= '0' && c <= '7'; }

// The kernel writes space, tab, newline, '#' and backslash as a backslash and three octal digits.
std::string Unescape(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && IsOctal(text[i + 1]) && IsOctal(text[i + 2]) &&
        IsOctal(text[i + 3])) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                 (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// 36 35 98:0 /root /point rw,noatime master:1 - type source rw,errors=continue
// False for a line that does not look so.
bool ParseLine(std::string_view text, MountLine& line) {
  const std::vector<std::string_view> fields = Split(text, " ");
  const auto dash = std::find(fields.begin(), fields.end(), "-");
  if (dash - fields.begin() < 6 || fields.end() - dash < 3) return false;
  line.id = fields[0];
  line.parent = fields[1];
  line.type = dash[1];
  line.mount.device = fields[2];
  line.mount.root = Unescape(fields[3]);
  line.mount.mount_point = Unescape(fields[4]);
  line.mount.unified = line.type == "cgroup2";
  const std::vector<std::string_view> of_mount = Split(fields[5], ",");
  line.mount.read_only = std::find(of_mount.begin(), of_mount.end(), "ro") != of_mount.end();
  // The source may be empty, and then there are two blanks in its place.
  for (std::string_view option : Split(*(fields.end() - 1), ",")) {
    if (option == "ro") line.mount.read_only = true;
    line.mount.options.push_back(Unescape(option));
  }
  return true;
}

bool IsAtOrBelow(std::string_view path, std::string_view above) {
  if (above == "/") return true;
  return path.starts_with(above) && (path.size() == above.size() || path[above.size()] == '/');
}

// A mount is hidden when a walk along its path leaves it, or a mount above it, for another one
// that lies on the same way: mounts are children of the mount that they were put on.
bool IsHidden(const MountLine& line, const std::vector<MountLine>& all,
              const std::map<std::string, const MountLine*>& by_id) {
  const auto covered = [&all](const std::string& parent, const MountLine* child,
                              const std::string& path) {
    return std::any_of(all.begin(), all.end(), [&](const MountLine& other) {
      return &other != child && other.parent == parent && other.id != parent &&
             IsAtOrBelow(path, other.mount.mount_point);
    });
  };
  const auto on_top = [&line](const MountLine& other) {
    return other.parent == line.id && other.id != line.id &&
           other.mount.mount_point == line.mount.mount_point;
  };
  if (std::any_of(all.begin(), all.end(), on_top)) return true;
  const MountLine* child = &line;
  for (size_t steps = 0; steps < all.size(); ++steps) {
    const auto parent = by_id.find(child->parent);
    if (parent == by_id.end() || parent->second == child) return false;
    if (covered(child->parent, child, child->mount.mount_point)) return true;
    child = parent->second;
  }
  return false;
}

const CgroupMount* Better(const CgroupMount* best, const CgroupMount& other) {
  const auto rank = [](const CgroupMount& mount) {
    return (mount.read_only ? 0 : 2) + (mount.root == "/" ? 1 : 0);
  };
  return best == nullptr || rank(other) > rank(*best) ? &other : best;
}

}  // namespace

std::vector<CgroupMount> ParseCgroupMounts(std::string_view mountinfo) {
  std::vector<MountLine> lines;
  for (std::string_view text : Split(mountinfo, "\n")) {
    MountLine line;
    if (ParseLine(text, line)) lines.push_back(std::move(line));
  }
  std::map<std::string, const MountLine*> by_id;
  for (const MountLine& line : lines) by_id.emplace(line.id, &line);
  std::vector<CgroupMount> mounts;
  for (const MountLine& line : lines) {
    if (line.type != "cgroup" && line.type != "cgroup2") continue;
    if (!IsHidden(line, lines, by_id)) mounts.push_back(line.mount);
  }
  return mounts;
}

const CgroupMount* FindUnified(const std::vector<CgroupMount>& mounts) {
  const CgroupMount* best = nullptr;
  for (const CgroupMount& mount : mounts) {
    if (mount.unified) best = Better(best, mount);
  }
  return best;
}

const CgroupMount* FindController(const std::vector<CgroupMount>& mounts,
                                  std::string_view controller) {
  const CgroupMount* best = nullptr;
  for (const CgroupMount& mount : mounts) {
    if (mount.unified) continue;
    const auto& options = mount.options;
    if (std::find(options.begin(), options.end(), controller) == options.end()) continue;
    best = Better(best, mount);
  }
  return best;
}

std::string MountPoints(const std::vector<CgroupMount>& mounts, bool unified) {
  std::string points;
  for (const CgroupMount& mount : mounts) {
    if (mount.unified != unified) continue;
    if (!points.empty()) points += ", ";
    points += mount.mount_point;
  }
  return points.empty() ? "none" : points;
}

std::vector<std::string_view> Split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

bool HasWord(std::string_view text, std::string_view word) {
  const std::vector<std::string_view> words = Split(text, " \n");
  return std::find(words.begin(), words.end(), word) != words.end();
}

Status CheckCgroupPath(std::string_view path) {
  if (!path.starts_with('/')) {
    return Error("not a cgroup path", path, "it begins with '/', the hierarchy's root");
  }
  if (path == "/") return Ok();
  size_t begin = 1;
  while (begin <= path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view name = path.substr(begin, end - begin);
    if (name.empty()) return Error("not a cgroup path", path, "a name in it is empty");
    if (name == "." || name == "..") {
      return Error("not a cgroup path", path, "it may not hold \".\" or \"..\"");
    }
    begin = end + 1;
  }
  return Ok();
}

std::string CgroupDirectory(const CgroupMount& mount, std::string_view path) {
  std::string directory = mount.mount_point;
  if (path != "/") directory.append(path);
  return directory;
}

}  // namespace slipway::cgroup
