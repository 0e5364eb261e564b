#include "runtime/launch/init.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/init/image.h"
#include "runtime/sdk/abi.h"
#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"
#include "runtime/sys/sealed.h"

namespace slipway::launch {
namespace {

constexpr const char* kName = "slipway-init";
constexpr const char* kStep = "init";
constexpr const char* kOrders = "the init's orders";

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

// Adds `texts`, which will be mapped to `at`, and pointers to them as execve(2) takes them.
void Append(const std::vector<std::string>& more, uint64_t at, std::vector<uint64_t>& pointers,
            std::string& texts) {
  for (const std::string& text : more) {
    pointers.push_back(at + texts.size());
    texts.append(text.c_str(), text.size() + 1);
  }
  pointers.push_back(0);
}

// What follows the head of the orders; the head gets to know where.
std::string TextsOf(const Command& command, init::Orders& head) {
  const size_t count = command.args.size() + command.environment.size() + 2;
  constexpr uint64_t kBegin = init::kMappedAt + init::kOrdersAt + sizeof(init::Orders);
  head.arguments = kBegin;
  head.environment = kBegin + (command.args.size() + 1) * sizeof(uint64_t);
  std::vector<uint64_t> pointers;
  pointers.reserve(count);
  std::string texts;
  const uint64_t at = kBegin + count * sizeof(uint64_t);
  Append(command.args, at, pointers, texts);
  Append(command.environment, at, pointers, texts);
  return std::string(reinterpret_cast<const char*>(pointers.data()), count * sizeof(uint64_t)) +
         texts;
}

// Puts `text` into a field of `size` bytes.
bool Put(char* field, size_t size, const std::string& text) {
  if (text.size() >= size) return false;
  std::memcpy(field, text.c_str(), text.size() + 1);
  return true;
}

}  // namespace

Result<InitProgram> InitProgram::Make(const Execution& execution, const sigset_t& mask,
                                      uint32_t flags) {
  InitProgram made;
  auto file = sys::MemoryFile(kName, /*program=*/true);
  if (file.ok()) {
    made.orders_ = std::move(file).value();
    RETURN_IF_ERROR(sys::WriteFile(made.orders_, kName, init::Image()));
  } else if (file.error()->errno_value == EACCES) {
    ASSIGN_OR_RETURN(made.image_, FileInDetachedMount());
    ASSIGN_OR_RETURN(made.orders_, sys::MemoryFile("orders", /*program=*/false));
  } else {
    return file.error().In({}, kStep);
  }
  std::memcpy(&made.head_.mask, &mask, sizeof(made.head_.mask));
  made.head_.signal_all = (flags & SLIPWAY_INIT_SIGNAL_ALL) != 0 ? 1 : 0;
  const std::string texts = TextsOf(execution.command(), made.head_);
  if (lseek(made.orders_.get(), init::kOrdersAt + sizeof(init::Orders), SEEK_SET) < 0) {
    return CannotMake(errno, kOrders);
  }
  Status written = sys::WriteFile(made.orders_, kName, texts);
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
  if (pwrite(orders_.get(), &head_, sizeof(head_), init::kOrdersAt) !=
      static_cast<ssize_t>(sizeof(head_))) {
    return CannotMake(errno, kOrders);
  }
  if (Status sealed = sys::Seal(orders_, kName); !sealed.ok()) return sealed.error().In({}, kStep);
  for (int fd : {orders_.get(), channel, program.folder.get()}) {
    if (fcntl(fd, F_SETFD, 0) != 0) return CannotMake(errno, kOrders);
  }
  std::string name = "init";
  std::string orders = std::to_string(orders_.get());
  std::string answers = std::to_string(channel);
  char* const arguments[] = {name.data(), orders.data(), answers.data(), nullptr};
  char* const environment[] = {nullptr};
  syscall(SYS_execveat, image(), "", arguments, environment, AT_EMPTY_PATH);
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
