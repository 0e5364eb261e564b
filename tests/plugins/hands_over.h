// Hands descriptors over: to its Finish, to the command under numbers, and a terminal.
//
// A descriptor for the command is written "FROM>TO=text": it lies at the number FROM and goes to
// TO. Without "FROM>" it lies anywhere.
//
// Two stages are made of it, because a pipeline has each only once.

#ifndef SLIPWAY_TESTS_PLUGINS_HANDS_OVER_H_
#define SLIPWAY_TESTS_PLUGINS_HANDS_OVER_H_

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"
#include "tests/plugins/memory_text.h"

namespace slipway::fixtures {

using sys::Fd;

inline constexpr int kNotOpen = 999;

struct Wanted {
  Fd file;
  int number = -1;
};

inline Result<Wanted> Make(const std::string& text) {
  const size_t arrow = text.find('>');
  const size_t equals = text.find('=');
  const size_t begin = arrow == std::string::npos ? 0 : arrow + 1;
  ASSIGN_OR_RETURN(Fd file, MemoryText(text.substr(equals + 1)));
  if (begin != 0) {
    const int at = atoi(text.c_str());
    if (dup3(file.get(), at, O_CLOEXEC) != at) return Error(errno, "take the number", text);
    file = Fd(at);
  }
  return Wanted{std::move(file), atoi(text.c_str() + begin)};
}

class HandsOver : public Stage {
 public:
  static constexpr auto Options() {
    return OptionTable(
        Option<&HandsOver::keep_>("keep", "Descriptors for the command, by PreClone"),
        Option<&HandsOver::same_>("same", "Numbers under which PreClone keeps one and the same"),
        Option<&HandsOver::put_>("put", "Descriptors for the command, by InChild"),
        Option<&HandsOver::finish_>("finish", "Texts for Finish"),
        Option<&HandsOver::terminal_>("terminal", "A terminal of the host's, by path"),
        Option<&HandsOver::asks_>("asks", "Asks, without a Serve"),
        Option<&HandsOver::for_started_>("for-started", "Puts aside, without a Started"),
        Option<&HandsOver::not_open_>("not-open", "Hands over to what is named, but is not open"));
  }

  Status PreClone(Plan& plan) override {
    for (const std::string& text : keep_) {
      ASSIGN_OR_RETURN(Wanted wanted, Make(text));
      RETURN_IF_ERROR(plan.KeepFd(wanted.file.get(), wanted.number));
      kept_.push_back(std::move(wanted.file));
    }
    if (!same_.empty()) {
      ASSIGN_OR_RETURN(Fd file, MemoryText("the same"));
      for (const int64_t number : same_) {
        RETURN_IF_ERROR(plan.KeepFd(file.get(), static_cast<int>(number)));
      }
      kept_.push_back(std::move(file));
    }
    if (not_open_ == "keep") return plan.KeepFd(kNotOpen, 5);
    if (terminal_ && plan.operation() == SLIPWAY_EXEC) return OpenTerminal();
    return Ok();
  }

  Status InChild(Child& child) override {
    for (const std::string& text : put_) {
      ASSIGN_OR_RETURN(const Wanted wanted, Make(text));
      RETURN_IF_ERROR(child.PutAsideForCommand(wanted.file.get(), wanted.number));
    }
    for (const std::string& text : finish_) {
      ASSIGN_OR_RETURN(const Fd file, MemoryText(text));
      RETURN_IF_ERROR(child.PutAsideForFinish(file.get()));
    }
    if (asks_) RETURN_IF_ERROR(child.Ask("anybody").status());
    if (for_started_) RETURN_IF_ERROR(child.PutAsideForStarted(STDIN_FILENO));
    if (not_open_ == "finish") return child.PutAsideForFinish(kNotOpen);
    if (not_open_ == "put") return child.PutAsideForCommand(kNotOpen, 5);
    if (not_open_ == "no-number") return child.PutAsideForCommand(STDIN_FILENO, -1);
    if (not_open_ == "terminal") return child.SetTerminal(kNotOpen);
    return terminal_ ? SetTerminal(child) : Ok();
  }

  Status Finish(Finishing& finishing) override {
    if (finish_.empty()) return Ok();
    std::string told = "finish:";
    size_t index = 0;
    for (; finishing.Aside(index) >= 0; ++index) told += " " + TextIn(finishing.Aside(index));
    finishing.Warn(told + ", then " + std::to_string(finishing.Aside(index)));
    return Ok();
  }

 private:
  Status OpenTerminal() {
    ASSIGN_OR_RETURN(opened_, sys::Open(terminal_->path, O_RDWR | O_NOCTTY));
    return Ok();
  }

  // In an exec the host's files are not there any more.
  Status SetTerminal(Child& child) {
    if (opened_.valid()) return child.SetTerminal(opened_.get());
    ASSIGN_OR_RETURN(const Fd file, sys::Open(terminal_->path, O_RDWR | O_NOCTTY));
    return child.SetTerminal(file.get(), not_open_ == "relay" ? file.get() : -1);
  }

  std::vector<std::string> keep_;
  std::vector<int64_t> same_;
  std::vector<std::string> put_;
  std::vector<std::string> finish_;
  std::optional<HostPath> terminal_;
  bool asks_ = false;
  bool for_started_ = false;
  std::string not_open_;
  std::vector<Fd> kept_;
  Fd opened_;
};

}  // namespace slipway::fixtures

#endif  // SLIPWAY_TESTS_PLUGINS_HANDS_OVER_H_
