#include "runtime/sys/own_program.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"

// The linker's: where the file begins in memory, as it is on disk.
extern "C" const char __ehdr_start[] __attribute__((visibility("hidden")));

namespace slipway::sys {
namespace {

// Program headers and notes, with the build id among them.
constexpr size_t kHead = 1024;

bool BeginsAsThisProgram(const Fd& file) {
  char head[kHead];
  return pread(file.get(), head, sizeof(head), 0) == static_cast<ssize_t>(sizeof(head)) &&
         std::memcmp(head, __ehdr_start, sizeof(head)) == 0;
}

}  // namespace

OwnProgram ProgramByPath(const char* execfn) {
  const std::unique_ptr<char, void (*)(void*)> path(
      execfn == nullptr ? nullptr : realpath(execfn, nullptr), free);
  if (!path) return {};
  const Fd file(open(path.get(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  struct stat facts {};
  if (!file.valid() || fstat(file.get(), &facts) != 0 || !BeginsAsThisProgram(file)) return {};
  return {path.get(), facts.st_dev, facts.st_ino};
}

OwnProgram ProgramByProcfs() {
  constexpr const char* kSelf = "/proc/self/exe";
  OwnProgram program;
  if (auto path = ReadLink(kSelf); path.ok()) program.path = std::move(path).value();
  struct stat facts {};
  if (stat(kSelf, &facts) == 0) {
    program.device = facts.st_dev;
    program.inode = facts.st_ino;
  }
  return program;
}

const OwnProgram& ThisProgram() {
  static const OwnProgram program = [] {
    OwnProgram found = ProgramByPath(reinterpret_cast<const char*>(getauxval(AT_EXECFN)));
    return found.path.empty() ? ProgramByProcfs() : found;
  }();
  return program;
}

}  // namespace slipway::sys
