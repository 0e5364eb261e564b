#include "runtime/config/path.h"

#include <algorithm>
#include <optional>

#include "runtime/config/own_folder.h"
#include "runtime/sys/file.h"

namespace slipway::config {
namespace {

constexpr std::string_view kDataHome = "$XDG_DATA_HOME";

// Is the path the one that `first` names, or something below it?
bool BeginsWith(std::string_view path, std::string_view first) {
  return path.starts_with(first) && (path.size() == first.size() || path[first.size()] == '/');
}

}  // namespace

Result<std::string> AbsolutePath(std::string_view folder, std::string_view path) {
  std::string joined;
  if (!path.starts_with('/')) {
    if (!folder.starts_with('/')) {
      ASSIGN_OR_RETURN(joined, sys::CurrentFolder(std::string(path)));
      joined.append("/");
    }
    joined.append(folder).append("/");
  }
  joined.append(path);
  std::string result;
  for (size_t begin = 0; begin < joined.size();) {
    const size_t end = std::min(joined.find('/', begin), joined.size());
    const std::string_view part = std::string_view(joined).substr(begin, end - begin);
    if (part == "..") {
      result.erase(std::min(result.rfind('/'), result.size()));  // ".." of "/" is "/"
    } else if (!part.empty() && part != ".") {
      result.append("/").append(part);
    }
    begin = end + 1;
  }
  return result.empty() ? "/" : result;
}

Result<std::string> HostPath(std::string_view folder, std::string_view path) {
  std::optional<std::string> own;
  std::string_view below;
  if (BeginsWith(path, "~")) {
    own = HomeFolder();
    below = path.substr(1);
  } else if (BeginsWith(path, kDataHome)) {
    own = OwnFolder(kDataHome.data() + 1, ".local/share");
    below = path.substr(kDataHome.size());
  } else if (path.starts_with('$')) {
    return Error("not a path", std::string(path),
                 "of variables, only $XDG_DATA_HOME/ is known; ~/ is the home folder, and ./ goes "
                 "before a name with $");
  } else {
    return AbsolutePath(folder, path);
  }
  if (own) return AbsolutePath("/", own->append(below));
  return Error("not a path here", std::string(path),
               "the environment does not say where the home folder is: set HOME");
}

std::string FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

}  // namespace slipway::config
