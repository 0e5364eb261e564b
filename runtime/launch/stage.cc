#include "runtime/launch/stage.h"

#include <linux/capability.h>

#include <string>
#include <string_view>
#include <utility>

#include "runtime/launch/guard.h"
#include "runtime/launch/hook_names.h"
#include "runtime/launch/host_table.h"
#include "runtime/sdk/option_at.h"
#include "runtime/sys/process.h"

namespace slipway::launch {

namespace {

// What stage.h of the SDK says of an exception, and what others do well to say.
constexpr std::string_view kThrew = "threw an exception";
constexpr std::string_view kHasThread = "left a thread behind";

// These are the author's to mend, and no mistakes in the pipeline.
bool IsBug(const Error& error) {
  const std::string_view operation = error->operation;
  return operation.starts_with(kThrew) || operation.starts_with(kHasThread);
}

// The options as Report and Teardown get them, in this process or in another: without secrets.
class LaterOptions {
 public:
  explicit LaterOptions(const StageSpec& spec) : given_(spec.options) {
    const slipway_stage& stage = *spec.descriptor;
    for (uint32_t i = 0; i < stage.option_count; ++i) {
      if ((OptionAt(stage.options, i).flags & SLIPWAY_SECRET) == 0) continue;
      if (copy_.empty()) copy_.assign(given_, given_ + stage.option_count);
      copy_[i] = {};
    }
  }

  const slipway_value* data() const { return copy_.empty() ? given_ : copy_.data(); }

 private:
  const slipway_value* given_;
  std::vector<slipway_value> copy_;
};

// Of a hook behind the container's end, where nobody waits for what it was to do.
Status Failing(const char* what, Status status) {
  if (!status.ok() && !IsBug(status.error())) status.error().Prefix(what);
  return status;
}

}  // namespace

Status CheckThreads(const char* stage, const char* hook) {
  const std::string_view before[] = {kLoad, kCreate, kProbe, kPreClone};
  if (std::find(std::begin(before), std::end(before), hook) == std::end(before)) return Ok();
  if (sys::IsSingleThreaded()) return Ok();
  return Error(std::string(kHasThread).append(" ").append(WhereIn(hook)), {},
               "a bug of the stage: the runtime copies itself next, which no other thread survives")
      .In(stage, hook);
}

void Stage::Destroy::operator()(void* object) const {
  if (!descriptor->destroy) return;
  const DestructorWatch watch(descriptor->name);
  descriptor->destroy(object);
}

template <typename Function>
Status Stage::Watched(const char* hook_name, slipway_context& context, Function call) const {
  slipway_error said;
  context.descriptor = spec_.descriptor;
  context.where = &spec_.where;
  const HookWatch watch(name(), hook_name);
  const int result = call(&said);
  if (result == 0) return CheckThreads(name(), hook_name);
  Error error(said.record);
  error->not_here = result == SLIPWAY_NOT_HERE && std::string_view(hook_name) == kProbe;
  if (!error->not_here) *error->cure = '\0';
  if (!*error->operation) {
    CopyText(error->operation, "failed " + std::string(WhereIn(hook_name)));
    error.Hint("a bug of the stage: it does not say why");
  }
  if (error->operation == kThrew) {
    CopyText(error->operation, std::string(kThrew).append(" ").append(WhereIn(hook_name)));
  }
  return error.In(name(), hook_name);
}

void Stage::Place(Error& error) const {
  const std::string option = error->option;
  if (option.empty()) {
    error.At(spec_.where);
    return;
  }
  if (!std::string_view(error->operation).starts_with(option)) error.Prefix(option);
  const std::string where = spec_.locate ? spec_.locate(option) : std::string();
  error.At(where.empty() ? spec_.where : where);
}

template <typename Function>
Status Stage::WatchedAndPlaced(const char* hook_name, slipway_context& context,
                               Function call) const {
  Status status = Watched(hook_name, context, call);
  if (!status.ok() && !IsBug(status.error())) Place(status.error());
  return status;
}

Error Stage::Blamed(Error error, const char* hook_name) const {
  error.In(name(), hook_name);
  Place(error);
  return error;
}

Status Stage::Call(const char* hook_name, Hook hook, slipway_context& context) const {
  if (!hook) return Ok();
  return WatchedAndPlaced(hook_name, context, [&](slipway_error* error) {
    return hook(object_.get(), &context, error);
  });
}

bool Stage::GivesUserNamespace() const {
  const char* const* token = spec_.descriptor->provides;
  for (; token != nullptr && *token != nullptr; ++token) {
    if (std::string_view(*token) == SLIPWAY_PROVIDES_USER_NAMESPACE) return true;
  }
  return false;
}

// Does this process have what the stage says that it needs?
Status Stage::CheckPrivileges(bool in_user_namespace) const {
  // In a user namespace of the container the stage has all capabilities; user_namespaces(7).
  in_user_namespace = in_user_namespace || GivesUserNamespace();
  const uint32_t needed = spec_.descriptor->privileges;
  const bool has =
      needed == SLIPWAY_UNPRIVILEGED || (needed == SLIPWAY_ROOT_OR_USERNS && in_user_namespace);
  if (!has && !sys::HasCapability(CAP_SYS_ADMIN)) {
    return NotHere(Error("needs root", {}, "CAP_SYS_ADMIN is missing"),
                   "run the runtime as root, for example with sudo")
        .In(name(), kProbe)
        .At(spec_.where);
  }
  if (needed == SLIPWAY_ROOT && !sys::IsInFirstUserNamespace()) {
    return NotHere(Error("needs root of the machine", {}, "this is root of a user namespace"),
                   "run the runtime outside of it")
        .In(name(), kProbe)
        .At(spec_.where);
  }
  return Ok();
}

Status Stage::Probe(slipway_context& context, bool in_user_namespace) const {
  RETURN_IF_ERROR(CheckPrivileges(in_user_namespace));
  return Call(kProbe, spec_.descriptor->probe, context);
}

Status Stage::Create(slipway_context& context) {
  object_ = {nullptr, Destroy{spec_.descriptor}};
  if (!spec_.descriptor->create) return Ok();
  // An object that was made is destroyed, also where the stage is refused for what it did
  // meanwhile.
  return WatchedAndPlaced(kCreate, context, [&](slipway_error* error) {
    void* object = nullptr;
    const int result =
        spec_.descriptor->create(HostTable(), &context, spec_.options, &object, error);
    if (result == 0) object_.reset(object);
    return result;
  });
}

Status Stage::Describe(slipway_context& context) const {
  return Call(kDescribe, spec_.descriptor->describe, context);
}

Status Stage::PreClone(slipway_context& context) const {
  return Call(kPreClone, spec_.descriptor->pre_clone, context);
}

Status Stage::PostClone(slipway_context& context) const {
  return Call(kPostClone, spec_.descriptor->post_clone, context);
}

Status Stage::InChild(slipway_context& context) const {
  return Call(kInChild, spec_.descriptor->in_child, context);
}

Status Stage::Serve(slipway_context& context, std::string_view request, int file) const {
  if (!spec_.descriptor->serve) {
    return Error("asked its Serve hook, and has none", {}, "a bug of the stage").In(name(), kServe);
  }
  return WatchedAndPlaced(kServe, context, [&](slipway_error* error) {
    return spec_.descriptor->serve(object_.get(), &context, request.data(), request.size(), file,
                                   error);
  });
}

bool Stage::NeedsHost(bool skips_post_clone) const {
  const slipway_stage& stage = *spec_.descriptor;
  return HasPostClone(skips_post_clone) || stage.serve != nullptr ||
         (stage.started != nullptr && stage.in_child != nullptr);
}

Status Stage::Started(slipway_context& context) const {
  return Call(kStarted, spec_.descriptor->started, context);
}

Status Stage::Finish(slipway_context& context) const {
  return Call(kFinish, spec_.descriptor->finish, context);
}

Status Stage::Freeze(slipway_context& context, std::string_view record, bool frozen) const {
  if (!spec_.descriptor->freeze) return Ok();
  const LaterOptions options(spec_);
  return Watched(kFreeze, context, [&](slipway_error* error) {
    return spec_.descriptor->freeze(HostTable(), &context, options.data(), record.data(),
                                    record.size(), frozen ? 1 : 0, error);
  });
}

Status Stage::Processes(slipway_context& context, std::string_view record) const {
  if (!spec_.descriptor->processes) return Ok();
  const LaterOptions options(spec_);
  return Watched(kProcesses, context, [&](slipway_error* error) {
    return spec_.descriptor->processes(HostTable(), &context, options.data(), record.data(),
                                       record.size(), error);
  });
}

Status Stage::Update(slipway_context& context, const slipway_value* before,
                     std::string_view record) const {
  if (!spec_.descriptor->update) return Ok();
  const LaterOptions options(spec_);
  return WatchedAndPlaced(kUpdate, context, [&](slipway_error* error) {
    return spec_.descriptor->update(HostTable(), &context, before, options.data(), record.data(),
                                    record.size(), error);
  });
}

Status Stage::Report(slipway_context& context, std::string_view record) const {
  if (!spec_.descriptor->report) return Ok();
  const LaterOptions options(spec_);
  return Failing("could not say what was used",
                 Watched(kReport, context, [&](slipway_error* error) {
                   return spec_.descriptor->report(HostTable(), &context, options.data(),
                                                   record.data(), record.size(), error);
                 }));
}

Status Stage::Teardown(slipway_context& context, std::string_view record) const {
  if (!spec_.descriptor->teardown) return Ok();
  const LaterOptions options(spec_);
  return Failing("could not clean up", Watched(kTeardown, context, [&](slipway_error* error) {
                   return spec_.descriptor->teardown(HostTable(), &context, options.data(),
                                                     record.data(), record.size(), error);
                 }));
}

namespace {

// Takes the first that works here. nullopt: none does, and none has to.
Result<std::optional<Stage>> Select(const StageChoice& choice, bool in_user_namespace,
                                    slipway_context& context, Selection& selection) {
  std::optional<Stage> taken;
  for (size_t i = 0; i < choice.stages.size(); ++i) {
    Stage stage(choice.stages[i]);
    RETURN_IF_ERROR(stage.Create(context));
    if (taken) continue;
    Status probe = stage.Probe(context, in_user_namespace);
    if (!probe.ok()) {
      if (!probe.error()->not_here) return probe;
      selection.rejected.push_back({i, stage.name(), std::move(probe.error())});
      continue;
    }
    selection.taken = i;
    taken = std::move(stage);
  }
  if (taken || choice.optional) return taken;
  if (selection.rejected.size() == 1) return selection.rejected.front().reason;
  return Error("no stage of first-of works here").At(choice.where);
}

}  // namespace

std::vector<Error> CreateStages(const std::vector<StageChoice>& choices, const Occasion& occasion) {
  std::vector<Error> errors;
  slipway_context context = ContextFor(occasion);
  for (const StageChoice& choice : choices) {
    for (const StageSpec& spec : choice.stages) {
      Status status = Stage(spec).Create(context);
      if (!status.ok()) errors.push_back(std::move(status.error()));
    }
  }
  return errors;
}

Status CreateAll(std::vector<Stage>& stages, const Occasion& occasion) {
  slipway_context context = ContextFor(occasion);
  for (Stage& stage : stages) RETURN_IF_ERROR(stage.Create(context));
  return Ok();
}

Result<std::vector<Stage>> SelectStages(const std::vector<StageChoice>& choices,
                                        const Occasion& occasion,
                                        std::vector<Selection>* selections) {
  slipway_context context = ContextFor(occasion);
  std::vector<Stage> selected;
  selected.reserve(choices.size());
  bool in_user_namespace = false;
  for (const StageChoice& choice : choices) {
    Selection selection;
    auto stage = Select(choice, in_user_namespace, context, selection);
    if (selections != nullptr) selections->push_back(std::move(selection));
    if (!stage.ok()) return std::move(stage).status();
    std::optional<Stage> taken = std::move(stage).value();
    if (!taken) continue;
    selected.push_back(*std::move(taken));
    in_user_namespace = in_user_namespace || selected.back().GivesUserNamespace();
  }
  return selected;
}

}  // namespace slipway::launch
