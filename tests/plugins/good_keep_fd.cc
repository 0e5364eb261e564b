// Opens a file of the host, which the command then finds open.

#include <fcntl.h>

#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"

namespace {

class KeepFd final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&KeepFd::path_>("path", "File to open for reading", {.required = true}));
  }

  slipway::Status PreClone(slipway::Plan& plan) override {
    ASSIGN_OR_RETURN(file_, slipway::sys::Open(path_.path, O_RDONLY));
    return plan.KeepFd(file_.get());
  }

 private:
  slipway::HostPath path_;
  slipway::sys::Fd file_;
};

}  // namespace

SLIPWAY_STAGE(KeepFd, {.name = "good-keep-fd", .summary = "Keeps a file open for the command"});
