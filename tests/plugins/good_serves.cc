// Asks its half in the host, and tells what it has been answered. The requests themselves say what
// Serve does: a text comes back with the number of the request, but for those in Serve below.

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/stage.h"
#include "tests/plugins/memory_text.h"

namespace {

using slipway::Error;
using slipway::Ok;
using slipway::Status;
using slipway::fixtures::MemoryText;
using slipway::fixtures::TextIn;

constexpr int kNotOpen = 999;

class Serves final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    using slipway::Option;
    return slipway::OptionTable(
        Option<&Serves::ask_>("ask", "Requests, one after the other"),
        Option<&Serves::size_>("size", "Asks with so many bytes", {.fallback = "0"}),
        Option<&Serves::descriptors_>("descriptors", "Asks with one, and gets one"),
        Option<&Serves::not_open_>("not-open", "Asks with one that is not open"),
        Option<&Serves::goes_on_>("goes-on", "When Serve fails"),
        Option<&Serves::state_>("state", "Kept before anything is asked"));
  }

  Status InChild(slipway::Child& child) override {
    if (!state_.empty() && child.operation() == SLIPWAY_START) {
      RETURN_IF_ERROR(child.RecordState(state_));
    }
    for (const std::string& request : ask_) {
      auto answer = child.Ask(request);
      if (!answer.ok() && !goes_on_) return std::move(answer).status();
      child.Warn("answer: " + (answer.ok() ? answer->text : answer.error().ToString()));
    }
    if (size_ > 0) RETURN_IF_ERROR(AskAtLength(child));
    if (descriptors_) RETURN_IF_ERROR(AskWithDescriptor(child));
    if (not_open_) return child.Ask("with", kNotOpen).status();
    return Ok();
  }

  // The host's, whatever the child's copy of it does.
  Status Serve(std::string_view request, int fd, slipway::Serving& serving) override {
    ++served_;
    if (request == "fail") return Error("find out what is asked for", "the answer", "no luck");
    if (request == "hang") return Hang();
    if (request == "crash") std::abort();
    if (request == "exit") std::exit(0);
    if (request == "close-fds") closefrom(3);
    if (request == "silence") return Ok();
    if (request == "twice") RETURN_IF_ERROR(serving.Reply("the first one"));
    if (request == "too-long") return serving.Reply(std::string(SLIPWAY_MAX_MESSAGE + 1, 'x'));
    if (request == "not-open") return serving.Reply("with", kNotOpen);
    if (request == "state") return serving.Reply(std::string(serving.State()));
    if (request == "descriptor") {
      ASSIGN_OR_RETURN(const auto file, MemoryText("from the host"));
      return serving.Reply(TextIn(fd), file.get());
    }
    if (request.size() > 256) return serving.Reply(request);
    return serving.Reply(std::string(request) + " " + std::to_string(served_));
  }

 private:
  static Status Hang() {
    while (true) pause();
  }

  Status AskAtLength(slipway::Child& child) const {
    const std::string request(static_cast<size_t>(size_), 'q');
    ASSIGN_OR_RETURN(const auto answer, child.Ask(request));
    child.Warn("echo: " + std::to_string(answer.text.size()) +
               (answer.text == request ? " bytes" : " others"));
    return Ok();
  }

  static Status AskWithDescriptor(slipway::Child& child) {
    ASSIGN_OR_RETURN(const auto file, MemoryText("from the child"));
    ASSIGN_OR_RETURN(const auto answer, child.Ask("descriptor", file.get()));
    child.Warn("read: " + answer.text + ", " + TextIn(answer.fd));
    close(answer.fd);
    return Ok();
  }

  std::vector<std::string> ask_;
  int64_t size_ = 0;
  bool descriptors_ = false;
  bool not_open_ = false;
  bool goes_on_ = false;
  std::string state_;
  int served_ = 0;
};

}  // namespace

SLIPWAY_STAGE(Serves, {.name = "good-serves",
                       .summary = "Asks its half in the host",
                       .joins = SLIPWAY_JOIN_IN_CHILD});
