#include "runtime/config/config_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "runtime/config/find.h"
#include "runtime/config/path.h"
#include "runtime/config/text.h"
#include "runtime/sys/file.h"

namespace slipway::config {
namespace {

// Bounded while it reads: the descriptor may be that of a pipe or a device, which have no size.
Result<std::string> ReadBounded(int fd, const std::string& name) {
  std::string text;
  char buffer[4096];
  while (text.size() <= kMaxConfigBytes) {
    const ssize_t size = read(fd, buffer, sizeof(buffer));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      const int cause = errno;
      const char* hint = cause == EISDIR  ? "the config must be a file"
                         : cause == EBADF ? "no such descriptor is open for reading"
                                          : "";
      return Error(cause, "read", name, hint);
    }
    if (size == 0) return text;
    text.append(buffer, static_cast<size_t>(size));
  }
  return Error("the config is larger than 1 MiB", name);
}

// Links of the kernel's to what the caller has opened, as a shell's <(command) is.
bool LeadsToDescriptor(std::string_view path) {
  return path == "/dev/stdin" || path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/");
}

Result<int> DescriptorOf(const std::string& path) {
  const char* const begin = path.data() + kDescriptorPrefix.size();
  const char* const end = path.data() + path.size();
  int number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (begin == end || error != std::errc() || stop != end || number < 0) {
    return Error("not a descriptor", path, "write the number of an open one, such as fd:3");
  }
  return number;
}

Error CannotOpen(int cause, const std::string& path) {
  Error error = Error(cause, "open", path);
  if (cause != ENOENT) return error;
  const std::string name = path.substr(path.rfind('/') + 1);
  const std::string nearest = NearestFile(name, ConfigFilesIn(FolderOf(path)));
  if (!nearest.empty()) error.Hint("did you mean \"" + nearest + "\"?");
  return error;
}

// regular: it must be a file of its own. A fifo would wait for somebody who writes into it.
Result<ConfigText> ReadPath(const std::string& path, bool regular) {
  const Result<sys::Fd> fd = sys::Open(path, O_RDONLY | (regular ? O_NONBLOCK : 0));
  if (!fd.ok()) return CannotOpen(fd.error()->errno_value, path);
  struct stat facts {};
  if (fstat(fd->get(), &facts) != 0) return Error(errno, "look at", path);
  if (regular && !S_ISREG(facts.st_mode)) {
    return Error("not a regular file", path, "a config is one");
  }
  ConfigText config{.name = path, .text = {}};
  ASSIGN_OR_RETURN(config.text, ReadBounded(fd->get(), path));
  if (!LeadsToDescriptor(path)) config.file = facts;
  return config;
}

}  // namespace

std::string_view ConfigText::Line(int line) const {
  std::string_view content = Lines(WithoutByteOrderMark(text))[line];
  if (content.ends_with('\r')) content.remove_suffix(1);
  return content;
}

Result<ConfigText> ConfigText::Read(const std::string& path) {
  ConfigText config{.name = path, .text = {}};
  if (path == kStandardInput) {
    config.name = "standard input";
    ASSIGN_OR_RETURN(config.text, ReadBounded(STDIN_FILENO, config.name));
  } else if (path.starts_with(kDescriptorPrefix)) {
    ASSIGN_OR_RETURN(const int fd, DescriptorOf(path));
    ASSIGN_OR_RETURN(config.text, ReadBounded(fd, config.name));
  } else {
    return ReadPath(path, /*regular=*/false);
  }
  return config;
}

Result<ConfigText> ConfigText::ReadBase(const std::string& path) {
  if (LeadsToDescriptor(path)) return Error("not a file of its own", path, "write its path");
  return ReadPath(path, /*regular=*/true);
}

}  // namespace slipway::config
