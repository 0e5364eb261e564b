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
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/context.h"
#include "runtime/sdk/options.h"
#include "runtime/sdk/result.h"

namespace slipway {

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
  // any hook, that is about an option says which: Error(...).Option("binds[0].source"), or of an
  // element Option(Element("binds", i)). The host tells then where in the config it stands.
  virtual Status Create(Context&) { return Ok(); }

  // In the host. Can this stage work on this machine, for this user? Returns NotHere(Error(...),
  // "cure") if not, so that a first-of goes on, and any other Error for a mistake. No side effects.
  // What it finds may stay in the object for PreClone, which follows at once, if at all.
  virtual Status Probe(Context&) { return Ok(); }

  // In the host. Tells what the stage would do, for people who want to know before they run it. No
  // side effects.
  virtual Status Describe(Description&) { return Ok(); }

  // In the host, in pipeline order: say what the clone needs; prepare. Before each side effect
  // that outlives this process, plan.RecordUndo.
  virtual Status PreClone(Plan&) { return Ok(); }

  // In the host, in pipeline order: the child is there, parked.
  virtual Status PostClone(ParkedChild&) { return Ok(); }

  // In the child, in pipeline order: inside the new namespaces, before exec. The child may share
  // the host's memory until then, as after vfork(2), but not its descriptors: let no member hold
  // one that is opened here.
  virtual Status InChild(Child&) { return Ok(); }

  // In the host, while the stage's InChild waits in Ask. fd: what came with the request, or -1; the
  // host's.
  virtual Status Serve(std::string_view /*request*/, int /*fd*/, Serving&) { return Ok(); }

  // In the child, in pipeline order, just before the exec: restrictions that would be in the way of
  // what comes before.
  virtual Status Finish(Finishing&) { return Ok(); }

  // In the host, in pipeline order: the command runs. An error ends the container.
  virtual Status Started(StartedContainer&) { return Ok(); }

  // The hooks from here on work from the options and one record, in a fresh object, perhaps in
  // another process than the one that made the container.

  // Pauses what the record stands for, and returns once it stands still; or lets it go on. Doing
  // what is done already succeeds.
  virtual Status Freeze(std::string_view /*record*/, bool /*frozen*/, Change&) { return Ok(); }

  // Which processes are there?
  virtual Status Processes(std::string_view /*record*/, ProcessList&) { return Ok(); }

  // The options were those of `before`, an object of this class, and are this one's now: only those
  // that are .changeable differ. Changes what the record stands for, or refuses and leaves it.
  virtual Status Update(std::string_view /*record*/, const Stage& /*before*/, Change&) {
    return Ok();
  }

  // Reads the figures of what the record stands for, while the container runs or before Teardown.
  virtual Status Report(std::string_view /*record*/, Figures&) { return Ok(); }

  // Undoes one record: once the container has ended, and after any failure. The records come back
  // last one first, perhaps for the second time: undoing what is undone succeeds. After a failure
  // it is called once more, and again by each `runtime gc`.
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
  uint32_t joins = 0;           // slipway_joins: which hooks hold for an exec too
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

// Does a class override the hook that it has inherited?
template <auto Own, auto Inherited>
inline constexpr bool kOverrides = !std::is_same_v<decltype(Own), decltype(Inherited)>;

// What the compiler takes and the host would never call, refused where the stage is named.
template <typename S>
constexpr bool CheckStage() {
  static_assert(std::is_base_of_v<Stage, S>, "a stage derives from slipway::Stage");
  static_assert(kIsHook<decltype(&S::Create), Context&>, "Status Create(Context&)");
  static_assert(kIsHook<decltype(&S::Probe), Context&>, "Status Probe(Context&)");
  static_assert(kIsHook<decltype(&S::Describe), Description&>, "Status Describe(Description&)");
  static_assert(kIsHook<decltype(&S::PreClone), Plan&>, "Status PreClone(Plan&)");
  static_assert(kIsHook<decltype(&S::PostClone), ParkedChild&>, "Status PostClone(ParkedChild&)");
  static_assert(kIsHook<decltype(&S::InChild), Child&>, "Status InChild(Child&)");
  static_assert(kIsHook<decltype(&S::Serve), std::string_view, int, Serving&>,
                "Status Serve(std::string_view, int, Serving&)");
  static_assert(kIsHook<decltype(&S::Started), StartedContainer&>,
                "Status Started(StartedContainer&)");
  static_assert(kIsHook<decltype(&S::Finish), Finishing&>, "Status Finish(Finishing&)");
  static_assert(kIsHook<decltype(&S::Freeze), std::string_view, bool, Change&>,
                "Status Freeze(std::string_view, bool, Change&)");
  static_assert(kIsHook<decltype(&S::Processes), std::string_view, ProcessList&>,
                "Status Processes(std::string_view, ProcessList&)");
  static_assert(kIsHook<decltype(&S::Update), std::string_view, const Stage&, Change&>,
                "Status Update(std::string_view, const Stage&, Change&)");
  static_assert(kIsHook<decltype(&S::Report), std::string_view, Figures&>,
                "Status Report(std::string_view, Figures&)");
  static_assert(kIsHook<decltype(&S::Teardown), std::string_view, Context&>,
                "Status Teardown(std::string_view, Context&)");
  static_assert(
      kOverrides<&S::Create, &Stage::Create> || kOverrides<&S::Probe, &Stage::Probe> ||
          kOverrides<&S::Describe, &Stage::Describe> || kOverrides<&S::Serve, &Stage::Serve> ||
          kOverrides<&S::Started, &Stage::Started> || kOverrides<&S::PreClone, &Stage::PreClone> ||
          kOverrides<&S::PostClone, &Stage::PostClone> ||
          kOverrides<&S::InChild, &Stage::InChild> || kOverrides<&S::Finish, &Stage::Finish> ||
          kOverrides<&S::Freeze, &Stage::Freeze> || kOverrides<&S::Processes, &Stage::Processes> ||
          kOverrides<&S::Update, &Stage::Update> || kOverrides<&S::Report, &Stage::Report> ||
          kOverrides<&S::Teardown, &Stage::Teardown>,
      "the stage overrides no hook: is its name misspelt? (Create, Probe, Describe, "
      "PreClone, PostClone, Serve, InChild, Finish, Started, Freeze, Processes, Update, Report, "
      "Teardown)");
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

  static int Serve(void* stage, slipway_context* context, const void* request, size_t size, int fd,
                   slipway_error* error) {
    auto* instance = static_cast<Instance*>(stage);
    return Guard(instance->host, error, [&] {
      Serving view(instance->host, context, error);
      return instance->stage->Serve({static_cast<const char*>(request), size}, fd, view);
    });
  }

  static int Freeze(const slipway_host* host, slipway_context* context, const slipway_value* values,
                    const void* record, size_t size, int frozen, slipway_error* error) {
    return Guard(host, error, [&] {
      Change view(host, context, error);
      return Make(values)->Freeze({static_cast<const char*>(record), size}, frozen != 0, view);
    });
  }

  static int Update(const slipway_host* host, slipway_context* context, const slipway_value* before,
                    const slipway_value* values, const void* record, size_t size,
                    slipway_error* error) {
    return Guard(host, error, [&] {
      Change view(host, context, error);
      return Make(values)->Update({static_cast<const char*>(record), size}, *Make(before), view);
    });
  }

  // A hook that the class does not override is not called at all: `then` or null.
  template <auto Own, auto Inherited, typename Function>
  static constexpr Function* IfOverridden(Function* then) {
    return kOverrides<Own, Inherited> ? then : nullptr;
  }

  static void Destroy(void* stage) { delete static_cast<Instance*>(stage); }

  static constexpr slipway_stage Describe(const StageInfo& info) {
    slipway_stage descriptor{};
    descriptor.name = info.name;
    descriptor.version = info.version;
    descriptor.summary = info.summary;
    descriptor.privileges = info.privileges;
    descriptor.joins = info.joins;
    descriptor.record_version = info.record_version;
    descriptor.oldest_record_version = info.oldest_record_version;
    descriptor.options = internal::Options<S>::kTable.data();
    descriptor.option_count = internal::Options<S>::kCount;
    descriptor.provides = info.provides.data();
    descriptor.requires_ = info.requires_.data();
    descriptor.after = info.after.data();
    descriptor.conflicts = info.conflicts.data();
    descriptor.create = Create;
    descriptor.probe = IfOverridden<&S::Probe, &Stage::Probe>(Call<Context, &Stage::Probe>);
    descriptor.describe =
        IfOverridden<&S::Describe, &Stage::Describe>(Call<Description, &Stage::Describe>);
    descriptor.pre_clone =
        IfOverridden<&S::PreClone, &Stage::PreClone>(Call<Plan, &Stage::PreClone>);
    descriptor.post_clone =
        IfOverridden<&S::PostClone, &Stage::PostClone>(Call<ParkedChild, &Stage::PostClone>);
    descriptor.in_child = IfOverridden<&S::InChild, &Stage::InChild>(Call<Child, &Stage::InChild>);
    descriptor.serve = IfOverridden<&S::Serve, &Stage::Serve>(Serve);
    descriptor.started =
        IfOverridden<&S::Started, &Stage::Started>(Call<StartedContainer, &Stage::Started>);
    descriptor.finish = IfOverridden<&S::Finish, &Stage::Finish>(Call<Finishing, &Stage::Finish>);
    descriptor.freeze = IfOverridden<&S::Freeze, &Stage::Freeze>(Freeze);
    descriptor.processes = IfOverridden<&S::Processes, &Stage::Processes>(
        CallOnRecord<ProcessList, &Stage::Processes>);
    descriptor.update = IfOverridden<&S::Update, &Stage::Update>(Update);
    descriptor.report =
        IfOverridden<&S::Report, &Stage::Report>(CallOnRecord<Figures, &Stage::Report>);
    descriptor.teardown =
        IfOverridden<&S::Teardown, &Stage::Teardown>(CallOnRecord<Context, &Stage::Teardown>);
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
