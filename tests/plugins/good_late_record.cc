// Leaves a record, as long as one may be, in the child, and the file `dir`/late, which Teardown
// removes. Teardown writes down for which container it was called, and how long the record was.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"

namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Status;

class LateRecord final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&LateRecord::dir_>("dir", "Folder for its files", {.required = true}),
        slipway::Option<&LateRecord::fail_>("fail", "Fail afterwards", {.fallback = "false"}));
  }

  Status InChild(slipway::Child& child) override {
    RETURN_IF_ERROR(child.RecordUndo(std::string(SLIPWAY_MAX_RECORD, '\n')));
    RETURN_IF_ERROR(slipway::sys::Open(dir_.path + "/late", O_WRONLY | O_CREAT, 0644));
    return fail_ ? Status(Error("failed", "on purpose")) : Ok();
  }

  Status Teardown(std::string_view record, slipway::Context& context) override {
    ASSIGN_OR_RETURN(const auto log,
                     slipway::sys::Open(dir_.path + "/log", O_WRONLY | O_CREAT | O_APPEND, 0644));
    const std::string line =
        std::string(context.container_id()) + " " + std::to_string(record.size()) + "\n";
    RETURN_IF_ERROR(slipway::sys::WriteFile(log, "log", line));
    const std::string file = dir_.path + "/late";
    return unlink(file.c_str()) == 0 ? Ok() : Status(Error(errno, "unlink", file));
  }

 private:
  slipway::HostPath dir_;
  bool fail_ = false;
};

}  // namespace

SLIPWAY_STAGE(LateRecord, {.name = "good-late-record", .summary = "Leaves a record in the child"});
