#include "runtime/launch/init.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/init/image.h"
#include "runtime/launch/descriptors.h"
#include "runtime/sdk/abi.h"
#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"
#include "runtime/sys/sealed.h"

namespace slipway::launch {
namespace {

constexpr const char* kName = "slipway-init";
constexpr const char* kStep = "init";
constexpr const char* kOrders = "the init's orders";
constexpr uint64_t kTexts = init::kMappedAt + init::kOrdersAt + sizeof(init::Orders);

Error CannotMake(int cause, const char* what) {
  return Error(cause, "make " + std::string(what)).In({}, kStep);
}

// Where the system forbids to execute memory files (vm.memfd_noexec of sysctl(8)): a file in a
// filesystem of its own, which is attached nowhere and read-only. Whoever the container's root is
// on the host executes it.
Result<sys::Fd> FileInDetachedMount() {
  ASSIGN_OR_RETURN(const sys::Fd mount,
                   sys::NewMount("tmpfs", {{"mode", "755"}, {"size", "64k"}}, 0));
  {
    const sys::NoUmask no_umask;
    const sys::Fd file(openat(mount.get(), kName, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0555));
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

template <typename T>
std::string BytesOf(const std::vector<T>& items) {
  return {reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T)};
}

// The filters, which will be mapped to `at`; the head gets to know it.
std::string FiltersOf(const std::vector<Wish<Filter>>& wishes, uint64_t at, init::Orders& head) {
  std::vector<init::FilterOrder> orders;
  std::string programs;
  head.filters = at;
  head.filter_count = wishes.size();
  at += wishes.size() * sizeof(init::FilterOrder);
  for (const Wish<Filter>& wish : wishes) {
    const Filter& filter = wish.value;
    orders.push_back({.flags = filter.flags,
                      .length = static_cast<uint16_t>(filter.program.size()),
                      .unused = {},
                      .program = at + programs.size()});
    programs += BytesOf(filter.program);
  }
  return BytesOf(orders) + programs;
}

// The host's own limit is another one, which the errno would be taken to mean.
Error NotPrepared(int cause) {
  if (cause == EMFILE) {
    return Error(
        "the container cannot wait for its start: RLIMIT_NOFILE leaves no descriptor for it", {},
        "write at least 8, and more where the command inherits descriptors");
  }
  return Error(cause, "read the orders of the container's init");
}

// Of a clone(2). pids_max: that limit, and what it takes.
std::string WhyNoProcess(int cause, const std::string& pids_max) {
  if (cause != EAGAIN) return {};
  return "a limit of processes is reached: " + pids_max +
         "; or RLIMIT_NPROC, which counts all threads of the command's user on the machine";
}

// What follows the head of the orders; the head gets to know where.
std::string TextsOf(const Command& command, const std::vector<Wish<Filter>>& wishes,
                    init::Orders& head) {
  const size_t count = command.args.size() + command.environment.size() + 2;
  head.arguments = kTexts;
  head.environment = kTexts + (command.args.size() + 1) * sizeof(uint64_t);
  const uint64_t behind_pointers = kTexts + count * sizeof(uint64_t);
  const std::string filters = FiltersOf(wishes, behind_pointers, head);
  std::vector<uint64_t> pointers;
  pointers.reserve(count);
  std::string texts;
  Append(command.args, behind_pointers + filters.size(), pointers, texts);
  Append(command.environment, behind_pointers + filters.size(), pointers, texts);
  return BytesOf(pointers) + filters + texts;
}

iovec PartOf(std::string_view bytes) {
  return {.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
}

// The text and the NUL behind it.
iovec TextOf(const std::string& text) { return PartOf({text.c_str(), text.size() + 1}); }

}  // namespace

Result<sys::Fd> InitImage() {
  auto file = sys::MemoryFile(kName, /*program=*/true);
  if (!file.ok() && file.error()->errno_value == EACCES) return FileInDetachedMount();
  if (!file.ok()) return file.error().In({}, kStep);
  RETURN_IF_ERROR(sys::WriteFile(*file, kName, init::Image()));
  RETURN_IF_ERROR(sys::Seal(*file, kName));
  return file;
}

Result<InitProgram> InitProgram::Make(const sigset_t& mask, uint32_t flags, Role role) {
  InitProgram made;
  auto file = sys::MemoryFile(kName, /*program=*/true);
  if (!file.ok() && file.error()->errno_value == EACCES) {
    ASSIGN_OR_RETURN(made.image_, FileInDetachedMount());
    file = sys::MemoryFile("orders", /*program=*/false);
  }
  if (!file.ok()) return file.error().In({}, kStep);
  made.orders_ = std::move(file).value();
  made.head_.joined = role == Role::kFirst ? 0 : 1;
  made.head_.tied = role == Role::kJoined ? 1 : 0;
  std::memcpy(&made.head_.mask, &mask, sizeof(made.head_.mask));
  made.head_.signal_all = (flags & SLIPWAY_INIT_SIGNAL_ALL) != 0 ? 1 : 0;
  return made;
}

void InitProgram::AwaitStart(sys::Fd listener) {
  listener_ = std::move(listener);
  head_.waits = 1;
}

// Written and sealed by one process in one go: F_SEAL_WRITE waits for all processors where another
// one has written a moment ago.
Status InitProgram::Write(const Command& command, const Program& program,
                          const std::vector<Wish<Filter>>& filters) {
  const std::string texts = TextsOf(command, filters, head_);
  head_.by_path = program.script ? 1 : 0;
  head_.name = kTexts + texts.size();
  head_.path = head_.name + program.name.size() + 1;
  const std::string_view head(reinterpret_cast<const char*>(&head_), sizeof(head_));
  const iovec parts[] = {PartOf(init::Image()), PartOf(head), PartOf(texts), TextOf(program.name),
                         TextOf(program.path)};
  size_t size = 0;
  for (const iovec& part : parts) size += part.iov_len;
  const ssize_t written = pwritev(orders_.get(), parts, std::size(parts), 0);
  if (written != static_cast<ssize_t>(size)) {
    return CannotMake(written < 0 ? errno : ENOSPC, kOrders);
  }
  Status sealed = sys::Seal(orders_, kName);
  return sealed.ok() ? std::move(sealed) : Status(sealed.error().In({}, kStep));
}

Error InitProgram::Run(const Files& files) const {
  for (int fd : {files.orders, files.channel, files.folder, files.listener}) {
    if (fd >= 0 && fcntl(fd, F_SETFD, 0) != 0) return CannotMake(errno, kOrders);
  }
  std::string name = "init";
  std::string orders = std::to_string(files.orders);
  std::string answers = std::to_string(files.channel);
  std::string folder = std::to_string(files.folder);
  std::string listener = std::to_string(std::max(files.listener, 0));
  char* const arguments[] = {name.data(),   orders.data(),   answers.data(),
                             folder.data(), listener.data(), nullptr};
  char* const environment[] = {nullptr};
  syscall(SYS_execveat, files.image, "", arguments, environment, AT_EMPTY_PATH);
  const char* hint = "";
  if (errno == EAGAIN) {
    hint = kTooManyThreads;
  } else if (errno == EACCES) {
    hint = "a stage's restriction may forbid its file, where the sysctl vm.memfd_noexec is 2";
  }
  return Error(errno, "start the container's init", {}, hint).In({}, kStep);
}

Error NotStarted(const init::Answer& answer, const std::string& path, bool joins) {
  const int cause = answer.errno_value;
  if (answer.step == init::Step::kExec) return NotExecutable(cause, path);
  if (answer.step == init::Step::kPrepare) {
    return NotPrepared(cause).In({}, kStep);
  }
  if (answer.step == init::Step::kEnded) {
    return Error("the command's process ended before the command ran: it was killed", {},
                 "by a process of the container; or by the kernel, if a memory limit is too small")
        .In({}, kStep);
  }
  if (answer.step == init::Step::kTerminal) {
    return Error(cause, "make the terminal the command's controlling one", {}, TerminalHint(cause))
        .In({}, kStep);
  }
  if (answer.step == init::Step::kFilter) {
    return Error(cause, "set the command's filter of system calls", {},
                 cause == EACCES ? "it takes no_new_privs, or CAP_SYS_ADMIN"
                                 : "an earlier filter may forbid it")
        .In({}, kStep);
  }
  if (joins) {
    return Error(cause, "make the command's process in the container", {},
                 WhyNoProcess(cause,
                              "the container's pids.max, which counts the command, and the process "
                              "that starts it"))
        .In({}, kStep);
  }
  return Error(cause, "start the command below its init", {},
               WhyNoProcess(cause, "pids.max, which must be 2 or more, as the init counts too"))
      .In({}, kStep);
}

}  // namespace slipway::launch
