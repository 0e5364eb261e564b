#include "runtime/launch/init.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/init/image.h"
#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"
#include "runtime/sys/sealed.h"

namespace slipway::launch {
namespace {

constexpr const char* kName = "slipway-init";
constexpr const char* kStep = "init";
constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

Error CannotMake(int cause, const char* what) {
  return Error(cause, "make " + std::string(what)).In({}, kStep);
}

// Where the system forbids to execute memory files (vm.memfd_noexec of sysctl(8)): a file in a
// filesystem of its own, which is attached nowhere and read-only.
Result<sys::Fd> FileInDetachedMount() {
  ASSIGN_OR_RETURN(const sys::Fd mount,
                   sys::NewMount("tmpfs", {{"mode", "700"}, {"size", "64k"}}, 0));
  {
    const sys::Fd file(openat(mount.get(), kName, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0500));
    if (!file.valid()) return CannotMake(errno, "the init's program");
    RETURN_IF_ERROR(sys::WriteFile(file, kName, init::Image()));
  }
  RETURN_IF_ERROR(sys::SetReadonly(mount, /*recursive=*/false, kName));
  return sys::OpenAt(mount, kName, O_RDONLY, kName);
}

Result<sys::Fd> MakeImage() {
  auto copy = sys::SealedCopy(kName, init::Image(), /*program=*/true);
  if (!copy.ok() && copy.error()->errno_value == EACCES) return FileInDetachedMount();
  return copy;
}

void Append(std::string& texts, const std::vector<std::string>& more) {
  for (const std::string& text : more) texts.append(text.c_str(), text.size() + 1);
}

// Puts `text` into a field of `size` bytes.
bool Put(char* field, size_t size, const std::string& text) {
  if (text.size() >= size) return false;
  std::memcpy(field, text.c_str(), text.size() + 1);
  return true;
}

}  // namespace

Result<InitProgram> InitProgram::Make(const Execution& execution, const sigset_t& mask, Role role) {
  InitProgram made;
  ASSIGN_OR_RETURN(made.image_, MakeImage());
  made.orders_ = sys::Fd(memfd_create("orders", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!made.orders_.valid()) return CannotMake(errno, "the init's orders");
  const Command& command = execution.command();
  made.head_.argument_count = static_cast<uint32_t>(command.args.size());
  made.head_.environment_count = static_cast<uint32_t>(command.environment.size());
  made.head_.joined = role == Role::kFirst ? 0 : 1;
  made.head_.tied = role == Role::kJoined ? 1 : 0;
  std::memcpy(&made.head_.mask, &mask, sizeof(made.head_.mask));
  std::string texts(sizeof(init::Orders), '\0');
  Append(texts, command.args);
  Append(texts, command.environment);
  Status written = sys::WriteFile(made.orders_, "orders", texts);
  if (!written.ok()) return written.error().In({}, kStep);
  return made;
}

Error InitProgram::Run(const Program& program, int channel) {
  head_.folder = program.folder.get();
  head_.by_path = program.script ? 1 : 0;
  if (!Put(head_.name, sizeof(head_.name), program.name) ||
      !Put(head_.path, sizeof(head_.path), program.path)) {
    return Error(ENAMETOOLONG, "execute the container's", program.path).In({}, kStep);
  }
  if (pwrite(orders_.get(), &head_, sizeof(head_), 0) != static_cast<ssize_t>(sizeof(head_)) ||
      fcntl(orders_.get(), F_ADD_SEALS, kSeals) != 0) {
    return CannotMake(errno, "the init's orders");
  }
  for (int fd : {orders_.get(), channel, program.folder.get()}) {
    if (fcntl(fd, F_SETFD, 0) != 0) return CannotMake(errno, "the init's orders");
  }
  std::string name = "init";
  std::string orders = std::to_string(orders_.get());
  std::string answers = std::to_string(channel);
  char* const arguments[] = {name.data(), orders.data(), answers.data(), nullptr};
  char* const environment[] = {nullptr};
  syscall(SYS_execveat, image_.get(), "", arguments, environment, AT_EMPTY_PATH);
  return Error(errno, "start the container's init").In({}, kStep);
}

Error NotStarted(const init::Answer& answer, const std::string& path) {
  const int cause = answer.errno_value;
  if (answer.step == init::Step::kExec) return NotExecutable(cause, path);
  if (answer.step == init::Step::kPrepare) {
    return Error(cause, "read the orders of the container's init").In({}, kStep);
  }
  return Error(cause, "start the command below its init", {},
               cause == EAGAIN ? "a limit of processes is reached; the init counts as one, so that "
                                 "pids.max must be 2 or more"
                               : "")
      .In({}, kStep);
}

}  // namespace slipway::launch
