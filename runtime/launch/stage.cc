#include "runtime/launch/stage.h"

#include <linux/capability.h>

#include <utility>

#include "runtime/launch/guard.h"
#include "runtime/launch/host_table.h"
#include "runtime/sys/process.h"

namespace slipway::launch {

template <typename Function>
Status Stage::Watched(const char* hook_name, Function call) const {
  slipway_error record{};
  const HookWatch watch(name(), hook_name);
  if (call(&record) == 0) return Ok();
  return Error(record).In(name(), hook_name);
}

Status Stage::Call(const char* hook_name, Hook hook, slipway_context& context) const {
  if (!hook) return Ok();
  context.stage_name = name();
  return Watched(hook_name,
                 [&](slipway_error* error) { return hook(object_.get(), &context, error); });
}

Status Stage::Probe() const {
  if (spec_.descriptor->privileges != SLIPWAY_UNPRIVILEGED && !sys::HasCapability(CAP_SYS_ADMIN)) {
    return Error("not privileged", {}, "needs CAP_SYS_ADMIN: run as root, for example with sudo")
        .In(name(), "probe");
  }
  if (!spec_.descriptor->probe) return Ok();
  return Watched(
      "probe", [&](slipway_error* error) { return spec_.descriptor->probe(object_.get(), error); });
}

Status Stage::Create() {
  void* object = nullptr;
  if (spec_.descriptor->create) {
    Status status = Watched("create", [&](slipway_error* error) {
      return spec_.descriptor->create(HostTable(), spec_.options, &object, error);
    });
    if (!status.ok()) {
      status.error().At(spec_.where);
      return status;
    }
  }
  auto* destroy = spec_.descriptor->destroy;
  object_ = {object, destroy ? destroy : [](void*) {}};
  return Ok();
}

Status Stage::PreClone(slipway_context& context) const {
  return Call("pre-clone", spec_.descriptor->pre_clone, context);
}

Status Stage::PostClone(slipway_context& context) const {
  return Call("post-clone", spec_.descriptor->post_clone, context);
}

Status Stage::InChild(slipway_context& context) const {
  return Call("in-child", spec_.descriptor->in_child, context);
}

Status Stage::Report(slipway_context& context, std::string_view record) const {
  if (!spec_.descriptor->report) return Ok();
  context.stage_name = name();
  return Watched("report", [&](slipway_error* error) {
    return spec_.descriptor->report(HostTable(), &context, spec_.options, record.data(),
                                    record.size(), error);
  });
}

Status Stage::Teardown(std::string_view record) const {
  if (!spec_.descriptor->teardown) return Ok();
  return Watched("teardown", [&](slipway_error* error) {
    return spec_.descriptor->teardown(HostTable(), spec_.options, record.data(), record.size(),
                                      error);
  });
}

namespace {

Error NothingWorks(const std::string& where, const std::vector<Error>& reasons) {
  std::string text;
  for (const Error& reason : reasons) {
    if (!text.empty()) text += "; ";
    text += reason.ToString();
  }
  return Error("no stage of first-of works here", {}, text).At(where);
}

}  // namespace

Result<std::vector<Stage>> SelectStages(const std::vector<StageChoice>& choices) {
  std::vector<Stage> selected;
  selected.reserve(choices.size());
  for (const StageChoice& choice : choices) {
    std::vector<Error> reasons;
    bool found = false;
    for (const StageSpec& spec : choice.stages) {
      Stage stage(spec);
      RETURN_IF_ERROR(stage.Create());
      if (found) continue;
      Status probe = stage.Probe();
      found = probe.ok();
      if (found) {
        selected.push_back(std::move(stage));
      } else {
        reasons.push_back(probe.error());
      }
    }
    if (found) continue;
    if (reasons.size() == 1) return reasons.front();
    return NothingWorks(choice.where, reasons);
  }
  return selected;
}

}  // namespace slipway::launch
