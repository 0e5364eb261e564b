// What a stage in C++ includes: derive from Stage, override the hooks that you need, and name
// the class in SLIPWAY_STAGE. Header-only, over the C contract of abi.h.
//
//   class Hello final : public slipway::Stage {
//    public:
//     static constexpr auto Options() {
//       return slipway::OptionTable(
//           slipway::Option<&Hello::text_>("text", "What to say", {.fallback = "hello"}));
//     }
//     slipway::Status InChild(slipway::Child& child) override;
//    private:
//     std::string text_;
//   };
//   SLIPWAY_STAGE(Hello, {.name = "hello", .summary = "Says hello"});
//
// An exception that a hook lets out becomes an Error; it never reaches the host.

#ifndef SLIPWAY_RUNTIME_SDK_STAGE_H_
#define SLIPWAY_RUNTIME_SDK_STAGE_H_

#include <array>
#include <cerrno>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

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

  // Tells the user something, in a line of the stage's own: a warning, or what is shown with -v.
  void Warn(const std::string& text) { host_->log(context_, SLIPWAY_WARNING, text.c_str()); }
  void Info(const std::string& text) { host_->log(context_, SLIPWAY_INFO, text.c_str()); }

 protected:
  // Keeps an undo record, for Teardown.
  Status RecordUndo(std::string_view record) {
    return Done(host_->record_undo(context_, record.data(), record.size(), error_));
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
  using Context::RecordUndo;

  // clone_flags: CLONE_NEW* of clone(2).
  Status AddNamespaces(uint64_t clone_flags) {
    return Done(host_->add_namespaces(context_, clone_flags, error_));
  }

  // The child is born in this cgroup v2 directory. The fd stays yours: keep it open until the
  // stage is destroyed. Fails when another stage has set one.
  Status SetCgroup(int cgroup_fd) { return Done(host_->set_cgroup(context_, cgroup_fd, error_)); }

  // The command inherits the fd under its number. It stays yours: keep it open.
  Status KeepFd(int fd) { return Done(host_->keep_fd(context_, fd, error_)); }

  // A small init runs the command: it reaps orphans and forwards signals. flags:
  // slipway_init_flags.
  Status UseInit(uint32_t flags = 0) { return Done(host_->use_init(context_, flags, error_)); }
};

// PostClone: the child exists, in its namespaces, and waits to be released.
class ParkedChild : public Context {
 public:
  using Context::Context;
  using Context::RecordUndo;

  pid_t pid() const { return host_->child_pid(context_); }  // as the host sees it
  int pidfd() const { return host_->child_pidfd(context_); }
};

// InChild: the code runs in the container's namespaces, before exec. The host's files are still at
// "/"; the container's are reached through these functions alone.
class Child : public Context {
 public:
  using Context::Context;
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
};

// Report: the container has ended; what did it use?
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

// The hooks, in the order of a container's life. Options are members: they are set when the
// object is made, before any hook. No hook may print (see Context::Warn), or start a thread. A
// signal comes once a second while one runs, so that what waits may end early with EINTR: it goes
// on then.
class Stage {
 public:
  virtual ~Stage() = default;

  // An empty table, for a stage without options.
  static constexpr std::array<Field<Stage>, 0> Options() { return {}; }

  // In the host. Checks what one option says against another. No side effects. An error here, or in
  // any hook, that is about an option says which: Error(...).Option("binds[0].source"). The host
  // tells then where in the config it stands.
  virtual Status Create(Context&) { return Ok(); }

  // In the host. Can this stage work on this machine, for this user? Returns NotHere(Error(...),
  // "cure") if not, so that a first-of goes on, and any other Error for a mistake. No side effects.
  // What it finds may stay in the object for PreClone, which follows at once, if at all.
  virtual Status Probe(Context&) { return Ok(); }

  // In the host, in pipeline order: say what the clone needs; prepare. Before each side effect
  // that outlives this process, plan.RecordUndo.
  virtual Status PreClone(Plan&) { return Ok(); }

  // In the host, in pipeline order: the child is there, parked.
  virtual Status PostClone(ParkedChild&) { return Ok(); }

  // In the child, in pipeline order: inside the new namespaces, before exec. The child may share
  // the host's memory until then, as after vfork(2), but not its descriptors: let no member hold
  // one that is opened here.
  virtual Status InChild(Child&) { return Ok(); }

  // Reads the final figures of what one record stands for, before Teardown. The object is a fresh
  // one, as in Teardown.
  virtual Status Report(std::string_view /*record*/, Figures&) { return Ok(); }

  // Undoes one record: once the container has ended, and after any failure. The records come
  // back last one first. The object is a fresh one, with options and nothing else, perhaps in
  // another process and perhaps for the second time: undoing what is undone succeeds. After a
  // failure it is called once more, and again by each `runtime gc`.
  virtual Status Teardown(std::string_view /*record*/, Context&) { return Ok(); }
};

// Up to seven tokens, ended by nullptr.
using Tokens = std::array<const char*, 8>;

// What a stage says of itself; see slipway_stage in abi.h.
struct StageInfo {
  const char* name;
  const char* version = "0.1.0";
  const char* summary;
  slipway_privileges privileges = SLIPWAY_UNPRIVILEGED;
  const char* needs = nullptr;  // beyond privileges; see slipway_stage
  uint32_t record_version = 1;  // of undo records; see slipway_stage
  uint32_t oldest_record_version = 1;
  Tokens provides = {};
  Tokens requires_ = {};  // `requires` is a keyword of C++20
  Tokens after = {};
  Tokens conflicts = {};
};

namespace internal {

// Is Hook a pointer to a member function of any class that takes these arguments?
template <typename Hook, typename... Arguments>
inline constexpr bool kIsHook = false;
template <typename S, typename... Arguments>
inline constexpr bool kIsHook<Status (S::*)(Arguments...), Arguments...> = true;
template <typename S, typename... Arguments>
inline constexpr bool kIsHook<Status (S::*)(Arguments...) noexcept, Arguments...> = true;

// What the compiler takes and the host would never call, refused where the stage is named.
template <typename S>
constexpr bool CheckStage() {
  static_assert(std::is_base_of_v<Stage, S>, "a stage derives from slipway::Stage");
  static_assert(kIsHook<decltype(&S::Create), Context&>, "Status Create(Context&)");
  static_assert(kIsHook<decltype(&S::Probe), Context&>, "Status Probe(Context&)");
  static_assert(kIsHook<decltype(&S::PreClone), Plan&>, "Status PreClone(Plan&)");
  static_assert(kIsHook<decltype(&S::PostClone), ParkedChild&>, "Status PostClone(ParkedChild&)");
  static_assert(kIsHook<decltype(&S::InChild), Child&>, "Status InChild(Child&)");
  static_assert(kIsHook<decltype(&S::Report), std::string_view, Figures&>,
                "Status Report(std::string_view, Figures&)");
  static_assert(kIsHook<decltype(&S::Teardown), std::string_view, Context&>,
                "Status Teardown(std::string_view, Context&)");
  static_assert(!(std::is_same_v<decltype(&S::Create), decltype(&Stage::Create)> &&
                  std::is_same_v<decltype(&S::Probe), decltype(&Stage::Probe)> &&
                  std::is_same_v<decltype(&S::PreClone), decltype(&Stage::PreClone)> &&
                  std::is_same_v<decltype(&S::PostClone), decltype(&Stage::PostClone)> &&
                  std::is_same_v<decltype(&S::InChild), decltype(&Stage::InChild)> &&
                  std::is_same_v<decltype(&S::Report), decltype(&Stage::Report)> &&
                  std::is_same_v<decltype(&S::Teardown), decltype(&Stage::Teardown)>),
                "the stage overrides no hook: is its name misspelt? (Create, Probe, PreClone, "
                "PostClone, InChild, Report, Teardown)");
  return true;
}

constexpr bool HasEnds(const StageInfo& info) {
  return !info.provides.back() && !info.requires_.back() && !info.after.back() &&
         !info.conflicts.back();
}

// The C functions of the contract, for the stage class S.
template <typename S>
struct Adapter {
  struct Instance {
    const slipway_host* host;
    std::unique_ptr<S> stage;
  };

  template <typename Call>
  static int Guard(const slipway_host* host, slipway_error* error, Call call) noexcept {
    try {
      const Status status = call();
      return status.ok() ? 0 : Fail(host, error, status.error());
    } catch (const std::exception& exception) {
      return host->fail(error, 0, "threw an exception", exception.what(), nullptr);
    } catch (...) {
      return host->fail(error, 0, "threw an exception", nullptr, nullptr);
    }
  }

  static std::unique_ptr<S> Make(const slipway_value* values) {
    auto stage = std::make_unique<S>();
    internal::Options<S>::Read(*stage, values);
    return stage;
  }

  static int Create(const slipway_host* host, slipway_context* context, const slipway_value* values,
                    void** stage, slipway_error* error) {
    return Guard(host, error, [&] {
      auto instance = std::make_unique<Instance>(Instance{host, Make(values)});
      Context view(host, context, error);
      RETURN_IF_ERROR(instance->stage->Create(view));
      *stage = instance.release();
      return Ok();
    });
  }

  template <typename View, Status (Stage::*Hook)(View&)>
  static int Call(void* stage, slipway_context* context, slipway_error* error) {
    auto* instance = static_cast<Instance*>(stage);
    return Guard(instance->host, error, [&] {
      View view(instance->host, context, error);
      return (instance->stage.get()->*Hook)(view);
    });
  }

  template <typename View, Status (Stage::*Hook)(std::string_view, View&)>
  static int CallOnRecord(const slipway_host* host, slipway_context* context,
                          const slipway_value* values, const void* record, size_t size,
                          slipway_error* error) {
    return Guard(host, error, [&] {
      View view(host, context, error);
      return (Make(values).get()->*Hook)({static_cast<const char*>(record), size}, view);
    });
  }

  // A hook that the class does not override is not called at all: `then` or null.
  template <typename Own, typename Inherited, typename Function>
  static constexpr Function* IfOverridden(Own, Inherited, Function* then) {
    return std::is_same_v<Own, Inherited> ? nullptr : then;
  }

  static void Destroy(void* stage) { delete static_cast<Instance*>(stage); }

  static constexpr slipway_stage Describe(const StageInfo& info) {
    slipway_stage descriptor{};
    descriptor.name = info.name;
    descriptor.version = info.version;
    descriptor.summary = info.summary;
    descriptor.privileges = info.privileges;
    descriptor.record_version = info.record_version;
    descriptor.oldest_record_version = info.oldest_record_version;
    descriptor.options = internal::Options<S>::kTable.data();
    descriptor.option_count = internal::Options<S>::kCount;
    descriptor.provides = info.provides.data();
    descriptor.requires_ = info.requires_.data();
    descriptor.after = info.after.data();
    descriptor.conflicts = info.conflicts.data();
    descriptor.create = Create;
    descriptor.probe = IfOverridden(&S::Probe, &Stage::Probe, Call<Context, &Stage::Probe>);
    descriptor.pre_clone =
        IfOverridden(&S::PreClone, &Stage::PreClone, Call<Plan, &Stage::PreClone>);
    descriptor.post_clone =
        IfOverridden(&S::PostClone, &Stage::PostClone, Call<ParkedChild, &Stage::PostClone>);
    descriptor.in_child = IfOverridden(&S::InChild, &Stage::InChild, Call<Child, &Stage::InChild>);
    descriptor.report =
        IfOverridden(&S::Report, &Stage::Report, CallOnRecord<Figures, &Stage::Report>);
    descriptor.teardown =
        IfOverridden(&S::Teardown, &Stage::Teardown, CallOnRecord<Context, &Stage::Teardown>);
    descriptor.destroy = Destroy;
    descriptor.needs = info.needs;
    return descriptor;
  }
};

}  // namespace internal
}  // namespace slipway

// SLIPWAY_STAGE(Class, {.name = "...", .summary = "...", ...}): the stage, and the plugin that
// holds it alone. Once in a source, at global scope. For a plugin with many stages each source is
// compiled with -DSLIPWAY_PACK=NAME, a name of its own that the stage then has, and one more source
// lists them: SLIPWAY_PLUGIN of abi.h.
#define SLIPWAY_STAGE(Class, ...)                                       \
  static constexpr ::slipway::StageInfo slipway_stage_info __VA_ARGS__; \
  static_assert(::slipway::internal::CheckStage<Class>());              \
  static_assert(::slipway::internal::HasEnds(slipway_stage_info),       \
                "a list of tokens holds seven at most");                \
  SLIPWAY_PUT_STAGE_(::slipway::internal::Adapter<Class>::Describe(slipway_stage_info))

#ifdef SLIPWAY_PACK
#define SLIPWAY_PUT_STAGE_(descriptor)         \
  extern "C" const slipway_stage SLIPWAY_PACK; \
  constinit const slipway_stage SLIPWAY_PACK = descriptor
#else
#define SLIPWAY_PUT_STAGE_(descriptor)                                  \
  static constinit const slipway_stage slipway_only_stage = descriptor; \
  SLIPWAY_PLUGIN(&slipway_only_stage)
#endif

#endif  // SLIPWAY_RUNTIME_SDK_STAGE_H_
