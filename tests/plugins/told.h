// Writes down in each hook what it is told of the container: a line HOOK ANNOTATION STATE.

#ifndef SLIPWAY_TESTS_PLUGINS_TOLD_H_
#define SLIPWAY_TESTS_PLUGINS_TOLD_H_

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"

namespace told {

using slipway::Ok;
using slipway::Status;

class Told : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Told::file_>("file", "Where to write it", {.required = true}),
        slipway::Option<&Told::note_>("note", "What may change",
                                      {.fallback = "0", .changeable = true}));
  }

  Status Create(slipway::Context& context) override { return Tell(context, "Create"); }
  Status Probe(slipway::Context& context) override { return Tell(context, "Probe"); }
  Status Describe(slipway::Description& description) override {
    const char* team = description.annotation("team");
    return description.Add(SLIPWAY_EFFECT_OTHER, team != nullptr ? team : "nobody", "is told");
  }
  Status PreClone(slipway::Plan& plan) override {
    if (plan.operation() == SLIPWAY_EXEC) return Tell(plan, "PreCloneOfExec");
    RETURN_IF_ERROR(plan.RecordUndo("told"));
    return Tell(plan, "PreClone");
  }
  Status InChild(slipway::Child& child) override {
    ASSIGN_OR_RETURN(const slipway::sys::Fd file, Open());
    RETURN_IF_ERROR(child.PutAsideForFinish(file.get()));
    return Write(file.get(), child, "InChild");
  }
  Status Finish(slipway::Finishing& finishing) override {
    return finishing.Aside() < 0 ? Ok() : Write(finishing.Aside(), finishing, "Finish");
  }
  Status Freeze(std::string_view, bool frozen, slipway::Change& change) override {
    return Tell(change, frozen ? "Freeze" : "Thaw");
  }
  Status Update(std::string_view, const slipway::Stage&, slipway::Change& change) override {
    return Tell(change, "Update");
  }
  Status Report(std::string_view, slipway::Figures& figures) override {
    RETURN_IF_ERROR(figures.Add("told", 1));
    return Tell(figures, "Report");
  }
  Status Teardown(std::string_view, slipway::Context& context) override {
    return Tell(context, context.operation() == SLIPWAY_GC ? "TeardownOfGc" : "Teardown");
  }

 protected:
  slipway::Result<slipway::sys::Fd> Open() const {
    return slipway::sys::Open(file_.path, O_WRONLY | O_APPEND | O_CREAT, 0600);
  }

  Status Write(int fd, const slipway::Context& context, const char* hook) const {
    const char* team = context.annotation("team");
    const std::string line =
        std::string(hook) + " " + (team != nullptr ? team : "-") + " " + context.oci_state() + "\n";
    if (write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size())) return Ok();
    return slipway::Error(errno, "write", file_.path);
  }

  Status Tell(const slipway::Context& context, const char* hook) const {
    ASSIGN_OR_RETURN(const slipway::sys::Fd file, Open());
    return Write(file.get(), context, hook);
  }

 private:
  slipway::HostPath file_;
  int64_t note_ = 0;
};

}  // namespace told

#endif  // SLIPWAY_TESTS_PLUGINS_TOLD_H_
