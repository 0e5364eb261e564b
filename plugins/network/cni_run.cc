#include "plugins/network/cni_run.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/sys/fd.h"
#include "runtime/sys/json.h"
#include "runtime/sys/run_program.h"
#include "runtime/sys/sealed.h"

namespace slipway::network {
namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr size_t kMostAnswer = size_t{1} << 20;
constexpr size_t kMostWords = 300;

std::vector<std::string> EnvironmentOf(const CniCall& call) {
  return {"CNI_COMMAND=" + call.command,
          "CNI_CONTAINERID=" + call.container,
          "CNI_NETNS=" + call.netns,
          "CNI_IFNAME=eth0",
          "CNI_PATH=/opt/cni/bin:/usr/lib/cni",
          "PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
}

std::string TextOf(const sys::Json& object, std::string_view name) {
  const sys::Json* member = object.Find(name);
  return member != nullptr ? member->text() : std::string();
}

// The specification's "Error": an object with msg and details.
std::string WordsOf(const std::string& answer) {
  const auto error = sys::ParseJson(answer, "answer");
  if (!error.ok()) return answer.empty() ? "it says nothing" : answer.substr(0, kMostWords);
  const std::string details = TextOf(*error, "details");
  return TextOf(*error, "msg") + (details.empty() ? "" : ": " + details);
}

}  // namespace

Result<std::string> RunCni(const CniCall& call) {
  ASSIGN_OR_RETURN(const sys::Fd request, sys::SealedCopy("cni-request", call.request));
  if (lseek(request.get(), 0, SEEK_SET) != 0) return Error(errno, "run", call.path);
  ASSIGN_OR_RETURN(sys::ProgramEnd end, sys::RunProgram({.path = call.path,
                                                         .words = {},
                                                         .environment = EnvironmentOf(call),
                                                         .input = request.get(),
                                                         .heard = STDOUT_FILENO,
                                                         .most = kMostAnswer,
                                                         .too_much_ends = true},
                                                        kPatience));
  const std::string what = call.path + ": " + call.command;
  if (!end.in_time) {
    return Error(what + " has not ended within " + std::to_string(kPatience.count()) + " s", {},
                 "it was killed");
  }
  if (end.status == 0) return std::move(end.said);
  return Error(what + " failed", {}, WordsOf(end.said));
}

}  // namespace slipway::network
