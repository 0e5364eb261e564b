#include "runtime/config/path.h"

#include <algorithm>

#include "runtime/sys/file.h"

namespace slipway::config {

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

std::string FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

}  // namespace slipway::config
