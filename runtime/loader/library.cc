#include "runtime/loader/library.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstring>
#include <deque>
#include <optional>
#include <system_error>
#include <utility>

#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"

namespace slipway::loader {

namespace dll = boost::dll;

namespace {

// Of an ELF file, elf(5); none for what is no ELF file.
Result<std::optional<Elf64_Ehdr>> HeaderOf(const std::string& path) {
  ASSIGN_OR_RETURN(const sys::Fd file, sys::Open(path, O_RDONLY));
  Elf64_Ehdr header;
  if (read(file.get(), &header, sizeof(header)) != sizeof(header) ||
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return std::optional<Elf64_Ehdr>();
  }
  return std::optional(header);
}

// dlopen(3) keeps mmap(2)'s errno to itself.
const char* WhyNotMapped(const std::string& path) {
  struct statvfs filesystem {};
  if (statvfs(path.c_str(), &filesystem) == 0 && (filesystem.f_flag & ST_NOEXEC)) {
    return ": its filesystem is mounted noexec";
  }
  for (const auto resource : {RLIMIT_AS, RLIMIT_DATA}) {
    struct rlimit limit {};
    if (getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
      return ": a memory limit may be too small: ulimit -v, ulimit -d";
    }
  }
  return "";
}

// Why the last dlopen(3) failed.
// loaded: the path that it was given; path: of the same file, as people know it.
Error CannotLoad(const std::string& loaded, const std::string& path) {
  const char* text = dlerror();
  std::string reason = text ? text : "the dynamic loader gives no reason";
  // The error names the path anyway.
  if (reason.starts_with(loaded + ": ")) reason.erase(0, loaded.size() + 2);
  if (reason.find("failed to map segment") != std::string::npos) reason += WhyNotMapped(loaded);
  const auto found = HeaderOf(loaded);
  // Then the dynamic loader could not open it either: too few descriptors, for example.
  if (!found.ok()) return found.error();
  const std::optional<Elf64_Ehdr>& header = *found;
  if (!header) {
    return Error("not a shared library", path, "no ELF file; build the plugin with -shared -fPIC");
  }
  if (header->e_type != ET_DYN) {
    return Error("not a shared library", path,
                 header->e_type == ET_REL ? "an object file: link it with -shared"
                                          : "a program: link it with -shared -fPIC");
  }
  // Of a file for another processor dlopen(3) says that it does not exist.
  const auto own = HeaderOf("/proc/self/exe");
  if (own.ok() && *own && header->e_machine != (*own)->e_machine) {
    reason = "built for machine " + std::to_string(header->e_machine) +
             " of elf.h, this is machine " + std::to_string((*own)->e_machine);
  }
  return Error("cannot load", path, reason);
}

// A plugin stays loaded to the end of the process: to unload six takes longer than the kernel takes
// to end the process, and their code may be on a stack.
dll::shared_library& Keep(dll::shared_library library) {
  static auto& kept = *new std::deque<dll::shared_library>;
  return kept.emplace_back(std::move(library));
}

}  // namespace

Result<dll::shared_library*> OpenLibrary(const std::string& path, const std::string& shown) {
  // dlopen(3) would expand $ORIGIN, $LIB and $PLATFORM, and load another file than the one that
  // was checked; ld.so(8), "Dynamic string tokens".
  if (path.find('$') != std::string::npos) {
    return Error("cannot load", shown, "the dynamic loader gives '$' in a path a meaning");
  }
  std::error_code error;
  dll::shared_library library;
  library.load(path, error, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  if (error) return CannotLoad(path, shown);
  return &Keep(std::move(library));
}

}  // namespace slipway::loader
