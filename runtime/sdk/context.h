// What the hooks of a stage are handed, in C++: each a view of the host's functions that its hook
// may call. See stage.h.

#ifndef SLIPWAY_RUNTIME_SDK_CONTEXT_H_
#define SLIPWAY_RUNTIME_SDK_CONTEXT_H_

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/options.h"
#include "runtime/sdk/result.h"

namespace slipway {

namespace internal {

// What a function of the host has said.
[[gnu::cold, gnu::noinline]] inline Error ErrorFrom(const slipway_host* host,
                                                    const slipway_error* from) {
  Error error(host->error_text(from, SLIPWAY_OPERATION), host->error_text(from, SLIPWAY_SUBJECT),
              host->error_text(from, SLIPWAY_HINT));
  error->errno_value = host->error_errno(from);
  error.Option(host->error_text(from, SLIPWAY_OPTION));
  return error;
}

// Says it to the host. Returns what a hook returns then.
[[gnu::cold, gnu::noinline]] inline int Fail(const slipway_host* host, slipway_error* to,
                                             const Error& error) {
  host->fail(to, error->errno_value, error->operation, error->subject, error->hint);
  if (*error->option) host->blame_option(to, error->option);
  if (!error->not_here) return -1;
  host->cure(to, error->cure);
  return SLIPWAY_NOT_HERE;
}

}  // namespace internal

// What every hook may ask of the host.
class Context {
 public:
  Context(const slipway_host* host, slipway_context* context, slipway_error* error)
      : host_(host), context_(context), error_(error) {}

  // Unique on this machine; at most 64 of [A-Za-z0-9_.-]: fit for a file name. Empty where there is
  // no container, in SLIPWAY_CHECK.
  std::string_view container_id() const { return host_->container_id(context_); }

  // What the runtime is doing: SLIPWAY_START, ...
  slipway_operation operation() const {
    return static_cast<slipway_operation>(host_->operation(context_));
  }

  // The value of an annotation of the container; null: there is none.
  const char* annotation(const std::string& name) const {
    return host_->annotation(context_, name.c_str());
  }

  // The container's state as the OCI runtime specification has it, in JSON; empty where there is no
  // container.
  std::string oci_state() const { return host_->oci_state(context_); }

  // Tells the user something, in a line of the stage's own: a warning, or what is shown with -v.
  void Warn(const std::string& text) { host_->log(context_, SLIPWAY_WARNING, text.c_str()); }
  void Info(const std::string& text) { host_->log(context_, SLIPWAY_INFO, text.c_str()); }

  // From PreClone on: what RecordState has kept last; empty: nothing. Valid during the hook.
  std::string_view State() const {
    size_t size = 0;
    const void* state = host_->state(context_, &size);
    return {static_cast<const char*>(state), state != nullptr ? size : 0};
  }

  // Likewise: the stage's undo records, the oldest first. Valid until one more is left.
  std::vector<std::string_view> UndoRecords() const {
    std::vector<std::string_view> records;
    size_t size = 0;
    while (const void* record = host_->undo_record(context_, records.size(), &size)) {
      records.emplace_back(static_cast<const char*>(record), size);
    }
    return records;
  }

 protected:
  // Keeps an undo record, for Teardown.
  Status RecordUndo(std::string_view record) {
    return Done(host_->record_undo(context_, record.data(), record.size(), error_));
  }

  // Keeps what later hooks of the stage have to know, in whichever process they run.
  Status RecordState(std::string_view state) {
    return Done(host_->record_state(context_, state.data(), state.size(), error_));
  }

  Status Done(int result) const {
    return result == 0 ? Status() : internal::ErrorFrom(host_, error_);
  }

  const slipway_host* host_;
  slipway_context* context_;
  slipway_error* error_;
};

// PreClone: what the stage wants of the clone. The host merges the wishes of all stages.
class Plan : public Context {
 public:
  using Context::Context;

  // Call it before the side effect; Teardown gets the record back. At most SLIPWAY_MAX_RECORD
  // bytes.
  using Context::RecordState;
  using Context::RecordUndo;

  // In SLIPWAY_EXEC: the container's first process, as the host sees it.
  pid_t FirstProcess() const { return host_->child_pid(context_); }

  // clone_flags: CLONE_NEW* of clone(2).
  Status AddNamespaces(uint64_t clone_flags) {
    return Done(host_->add_namespaces(context_, clone_flags, error_));
  }

  // Maps a range of ids of the own user namespace to such outside of it.
  Status AddIdMap(slipway_id_kind kind, uint32_t inside, uint32_t outside, uint32_t count) {
    return Done(host_->add_id_map(context_, kind, inside, outside, count, error_));
  }

  // The host chooses the maps; see abi_namespaces.h.
  Status ChooseIdMap() { return Done(host_->choose_id_map(context_, error_)); }

  // The container joins the namespace of this file. clone_flag: CLONE_NEW* of its kind. The fd
  // stays yours: keep it open.
  Status JoinNamespace(int namespace_fd, uint64_t clone_flag) {
    return Done(host_->join_namespace(context_, namespace_fd, clone_flag, error_));
  }

  // An own time namespace, in which the clocks are off by so many nanoseconds.
  Status SetTimeOffsets(int64_t monotonic_ns, int64_t boottime_ns) {
    return Done(host_->set_time_offsets(context_, monotonic_ns, boottime_ns, error_));
  }

  // The child is born in this cgroup v2 directory. The fd stays yours: keep it open until the
  // stage is destroyed. Fails when another stage has set one.
  Status SetCgroup(int cgroup_fd) { return Done(host_->set_cgroup(context_, cgroup_fd, error_)); }

  // The child enters the cgroup v1 whose file "tasks" this is, open for writing, before the first
  // InChild. The fd stays yours: keep it open.
  Status AddCgroupTasks(int tasks_fd) {
    return Done(host_->add_cgroup_tasks(context_, tasks_fd, error_));
  }

  // What the stage wants of the command's process: user, capabilities, limits ... Copied.
  // wishes.struct_size is set here.
  Status SetProcess(slipway_process wishes) {
    wishes.struct_size = sizeof(wishes);
    return Done(host_->set_process(context_, &wishes, error_));
  }

  // A filter of system calls: instructions of seccomp(2), struct sock_filter. See add_filter in
  // abi.h for what it must allow.
  Status AddFilter(const void* instructions, size_t count, uint32_t flags = 0) {
    return Done(host_->add_filter(context_, instructions, count, flags, error_));
  }

  // The command inherits the fd under `number`; -1: under the one that it has. It stays yours: keep
  // it open.
  Status KeepFd(int fd, int number = -1) {
    return Done(host_->keep_fd(context_, fd, number, error_));
  }

  // The host relays the terminal that InChild sets: what the caller types goes there, and its
  // output to the caller.
  Status RelayTerminal() { return Done(host_->relay_terminal(context_, error_)); }

  // This stage's PostClone has nothing to do this time: it is not called, and the start may be
  // quick.
  Status SkipPostClone() { return Done(host_->skip_post_clone(context_, error_)); }

  // A small init runs the command: it reaps orphans and forwards signals. flags:
  // slipway_init_flags.
  Status UseInit(uint32_t flags = 0) { return Done(host_->use_init(context_, flags, error_)); }
};

// PostClone: the child exists, in its namespaces, and waits to be released.
class ParkedChild : public Context {
 public:
  using Context::Context;
  using Context::RecordState;
  using Context::RecordUndo;

  pid_t pid() const { return host_->child_pid(context_); }  // as the host sees it
  int pidfd() const { return host_->child_pidfd(context_); }
};

// InChild: the code runs in the container's namespaces, before exec. The host's files are still at
// "/"; the container's are reached through these functions alone.
class Child : public Context {
 public:
  using Context::Context;
  using Context::RecordState;
  using Context::RecordUndo;

  // The mount at the folder `root` becomes the container's root; the host enters it behind the last
  // InChild. flags: slipway_root_flags. The fd stays yours.
  Status SetRoot(int root, uint32_t flags = 0) {
    return Done(host_->set_root(context_, root, flags, error_));
  }

  // Attaches a detached mount beneath the container's root. flags: slipway_attach_flags. The fd
  // stays yours.
  Status Attach(int mount, const ContainerPath& path, uint32_t flags = 0) {
    return Done(host_->attach(context_, mount, path.path.c_str(), flags, error_));
  }

  // Opens a path beneath the container's root; no symlink and no ".." leads out of it. flags as
  // for open(2); with O_NOFOLLOW any symlink on the way is refused (ELOOP). The fd is yours.
  Result<int> OpenInRoot(const ContainerPath& path, int flags) {
    const int fd = host_->open_in_root(context_, path.path.c_str(), flags, error_);
    if (fd < 0) return internal::ErrorFrom(host_, error_);
    return fd;
  }

  // A context of fsopen(2) for a procfs of the container's processes. The fd is yours.
  Result<int> OpenProcfs() {
    const int fd = host_->open_procfs(context_, error_);
    if (fd < 0) return internal::ErrorFrom(host_, error_);
    return fd;
  }

  // Keeps a copy of the fd open for the stage's Finish; for the command, under `number`; for the
  // stage's Started, in the host.
  Status PutAsideForFinish(int fd) { return PutAside(fd, SLIPWAY_ASIDE_FINISH, -1); }
  Status PutAsideForCommand(int fd, int number) {
    return PutAside(fd, SLIPWAY_ASIDE_COMMAND, number);
  }
  Status PutAsideForStarted(int fd) { return PutAside(fd, SLIPWAY_ASIDE_STARTED, -1); }

  // The command gets this terminal, as its controlling one and as descriptors 0, 1 and 2. master:
  // the other end of the pty, for the host to relay; -1: nobody does. Both stay yours.
  Status SetTerminal(int fd, int master = -1) {
    return Done(host_->set_terminal(context_, fd, master, error_));
  }

  // Asks the stage's Serve in the host: at most SLIPWAY_MAX_MESSAGE bytes, and a descriptor or -1.
  struct Answer {
    std::string text;
    int fd = -1;  // then yours
  };
  Result<Answer> Ask(std::string_view request, int fd = -1) {
    Answer answer;
    size_t size = 0;
    answer.text.resize(SLIPWAY_MAX_MESSAGE);
    RETURN_IF_ERROR(Done(host_->ask(context_, request.data(), request.size(), fd,
                                    answer.text.data(), &size, &answer.fd, error_)));
    answer.text.resize(size);
    return answer;
  }

 private:
  Status PutAside(int fd, slipway_aside purpose, int number) {
    return Done(host_->put_aside(context_, fd, purpose, number, error_));
  }
};

// Serve: InChild has asked.
class Serving : public Context {
 public:
  using Context::Context;

  // What it gets. The fd stays yours; -1: none.
  Status Reply(std::string_view answer, int fd = -1) {
    return Done(host_->reply(context_, answer.data(), answer.size(), fd, error_));
  }
};

// Describe: what would the stage do?
class Description : public Context {
 public:
  using Context::Context;

  // effect: what it is; subject: of what, such as a path; detail: how, in words.
  Status Add(slipway_effect effect, const std::string& subject, const std::string& detail = {}) {
    return Done(host_->add_effect(context_, effect, subject.c_str(), detail.c_str(), error_));
  }
};

// Started: the command runs.
class StartedContainer : public Context {
 public:
  using Context::Context;

  pid_t pid() const { return host_->child_pid(context_); }  // of its first process, as seen here
  int pidfd() const { return host_->child_pidfd(context_); }

  // What InChild has put aside for it, in that order; -1 behind the last. Stays the host's.
  int Aside(size_t index = 0) const { return host_->aside(context_, index); }
};

// Report: what has the container used so far, or until its end?
class Figures : public Context {
 public:
  using Context::Context;

  // A figure in the kernel's unit, such as "memory.peak" in bytes. The same name again adds to it.
  Status Add(const std::string& name, int64_t value) {
    return Done(host_->add_figure(context_, name.c_str(), value, error_));
  }

  // Something that explains a bad end of the container, in words for a person.
  Status AddNote(const std::string& text) {
    return Done(host_->add_note(context_, text.c_str(), error_));
  }

  // What ended the container, where a signal or a status does not say it.
  Status SetCause(slipway_cause cause) { return Done(host_->set_cause(context_, cause, error_)); }
};

// Finish: just before the exec.
class Finishing : public Context {
 public:
  using Context::Context;

  // What InChild has put aside for it, in that order; -1 behind the last. Stays the host's.
  int Aside(size_t index = 0) const { return host_->aside(context_, index); }
};

// Processes: which are there?
class ProcessList : public Context {
 public:
  using Context::Context;

  // pid: as this process sees it. One may be told twice.
  Status Add(pid_t pid) { return Done(host_->add_process(context_, pid, error_)); }
};

// Freeze and Update: the container runs.
class Change : public Context {
 public:
  using Context::Context;
  using Context::RecordState;
  using Context::RecordUndo;
};

}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_SDK_CONTEXT_H_
