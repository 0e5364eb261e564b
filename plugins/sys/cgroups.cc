#include "plugins/sys/cgroups.h"

#include <map>

namespace sys_stage {
namespace {

constexpr std::string_view kNamed = "name=";

std::vector<std::string> Split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

// The path in each hierarchy, by its controllers, of lines such as "4:cpu,cpuacct:/path".
std::map<std::string, std::string> Paths(std::string_view proc_cgroup) {
  std::map<std::string, std::string> paths;
  for (const std::string& line : Split(proc_cgroup, '\n')) {
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    paths[line.substr(first + 1, second - first - 1)] = line.substr(second + 1);
  }
  return paths;
}

// Outside of the namespace's top: "/..", "/../other".
bool IsOutside(std::string_view path) { return path == "/.." || path.starts_with("/../"); }

std::string NameOf(const std::string& controllers) {
  if (controllers.empty()) return "unified";
  return controllers.starts_with(kNamed) ? controllers.substr(kNamed.size()) : controllers;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> Hierarchy::MountOptions() const {
  std::vector<std::pair<std::string, std::string>> options;
  for (const std::string& part : Split(controllers, ',')) {
    if (part.starts_with(kNamed)) {
      options.emplace_back("name", part.substr(kNamed.size()));
    } else {
      options.emplace_back(part, "");
    }
  }
  return options;
}

std::vector<std::string> Hierarchy::Aliases() const {
  std::vector<std::string> parts = Split(controllers, ',');
  if (parts.size() < 2) parts.clear();
  return parts;
}

std::vector<Hierarchy> OwnHierarchies(std::string_view own, std::string_view runtimes) {
  const auto outer = Paths(runtimes);
  std::vector<Hierarchy> hierarchies;
  for (const auto& [controllers, path] : Paths(own)) {
    const auto there = outer.find(controllers);
    if (IsOutside(path) || there == outer.end() || !IsOutside(there->second)) continue;
    hierarchies.push_back({NameOf(controllers), controllers});
  }
  return hierarchies;
}

}  // namespace sys_stage
