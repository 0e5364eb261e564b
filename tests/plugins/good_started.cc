// Tells in Started what it finds there, and what the other later hooks find.

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"
#include "tests/plugins/memory_text.h"

namespace {

enum class How { kOk, kFail, kHang, kCrash, kCloseFds };

}  // namespace

template <>
inline constexpr std::array<const char*, 6> slipway::kNamesOf<How>{"ok",    "fail",      "hang",
                                                                   "crash", "close-fds", nullptr};

namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Status;
using slipway::fixtures::MemoryText;
using slipway::fixtures::TextIn;

class Starts final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    using slipway::Option;
    return slipway::OptionTable(
        Option<&Starts::aside_>("aside", "Texts that InChild puts aside"),
        Option<&Starts::pipe_>("pipe", "InChild puts a pipe aside; its other end: descriptor 9"),
        Option<&Starts::not_open_>("not-open", "InChild puts aside what is not open"),
        Option<&Starts::state_>("state", "Kept by InChild"),
        Option<&Starts::how_>("how", "What Started does", {.fallback = "ok"}));
  }

  Status PreClone(slipway::Plan& plan) override {
    if (plan.operation() == SLIPWAY_EXEC) return Ok();
    return plan.RecordUndo("begun");
  }

  Status InChild(slipway::Child& child) override {
    if (!state_.empty() && child.operation() == SLIPWAY_START) {
      RETURN_IF_ERROR(child.RecordState(state_));
    }
    for (const std::string& text : aside_) {
      ASSIGN_OR_RETURN(const auto file, MemoryText(text));
      RETURN_IF_ERROR(child.PutAsideForStarted(file.get()));
    }
    if (not_open_) return child.PutAsideForStarted(-1);
    return pipe_ ? PutPipeAside(child) : Ok();
  }

  Status Started(slipway::StartedContainer& container) override {
    std::string told = "started: ";
    told += kill(container.pid(), 0) == 0 ? "there" : "nobody";
    told += syscall(SYS_pidfd_send_signal, container.pidfd(), 0, nullptr, 0) == 0 ? ", pinned" : "";
    told += ", state '" + std::string(container.State()) + "'";
    for (size_t i = 0; container.Aside(i) >= 0; ++i) told += ", " + TextIn(container.Aside(i));
    container.Warn(told);
    return Behave();
  }

  Status Report(std::string_view record, slipway::Figures& figures) override {
    figures.Warn("report: " + std::string(record) + ", state '" + std::string(figures.State()) +
                 "'");
    return Ok();
  }

  Status Teardown(std::string_view record, slipway::Context& context) override {
    context.Warn("teardown: " + std::string(record) + ", state '" + std::string(context.State()) +
                 "'");
    return Ok();
  }

 private:
  static Status PutPipeAside(slipway::Child& child) {
    int ends[2];
    if (pipe(ends) != 0) return Error(errno, "make a pipe");
    const slipway::sys::Fd read_end(ends[0]);
    const slipway::sys::Fd write_end(ends[1]);
    RETURN_IF_ERROR(child.PutAsideForCommand(read_end.get(), 9));
    return child.PutAsideForStarted(write_end.get());
  }

  Status Behave() const {
    switch (how_) {
      case How::kOk:
        return Ok();
      case How::kFail:
        return Error("tell the world", "the container", "nobody listens");
      case How::kHang:
        while (true) pause();
      case How::kCrash:
        std::abort();
      case How::kCloseFds:
        closefrom(3);
        return Ok();
    }
    return Ok();
  }

  std::vector<std::string> aside_;
  bool pipe_ = false;
  bool not_open_ = false;
  std::string state_;
  How how_ = How::kOk;
};

}  // namespace

SLIPWAY_STAGE(Starts, {.name = "good-started",
                       .summary = "Tells what it finds when the command runs",
                       .joins = SLIPWAY_JOIN_IN_CHILD});
