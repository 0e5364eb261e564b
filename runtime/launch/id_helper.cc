#include "runtime/launch/id_helper.h"

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>

#include "runtime/sys/run_program.h"
#include "runtime/sys/subordinate_ids.h"

namespace slipway::launch {
namespace {

constexpr size_t kMostWords = 300;
constexpr std::chrono::seconds kPatience{10};  // it reads and writes small files

std::vector<std::string> WordsFor(pid_t child, const std::vector<IdRange>& ranges) {
  std::vector<std::string> words = {std::to_string(child)};
  for (const IdRange& range : ranges) {
    for (const uint32_t number : {range.inside, range.outside, range.count}) {
      words.push_back(std::to_string(number));
    }
  }
  return words;
}

// In one line.
std::string InOneLine(std::string said) {
  while (said.ends_with('\n')) said.pop_back();
  std::replace(said.begin(), said.end(), '\n', ' ');
  return said;
}

std::string EndOf(int status) {
  if (WIFSIGNALED(status))
    return "it was ended by a signal: " + std::string(strsignal(WTERMSIG(status)));
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

Result<sys::Program> ProgramFor(const IdHelp& help, pid_t child) {
  std::string path = sys::FindIdHelper(help.name);
  if (path.empty()) {
    return Error(std::string("there is no ") + help.name, {},
                 "ids other than this user's own need it: install the package uidmap, or run the "
                 "runtime as root");
  }
  return sys::Program{.path = std::move(path),
                      .words = WordsFor(child, help.ranges),
                      .environment = {},
                      .most = kMostWords};
}

Status AwaitHelper(sys::RunningProgram& helper, const std::string& path) {
  ASSIGN_OR_RETURN(const sys::ProgramEnd end, helper.Await(kPatience));
  if (!end.in_time) {
    return Error(path + " has not ended within " + std::to_string(kPatience.count()) + " s", {},
                 "it was killed");
  }
  if (end.status == 0) return Ok();
  const std::string said = InOneLine(end.said);
  return Error(path + " failed", {},
               !said.empty() ? said : "it says nothing; " + EndOf(end.status));
}

}  // namespace

Status RunIdHelpers(pid_t child, const std::vector<IdHelp>& wanted) {
  std::vector<sys::Program> programs;
  for (const IdHelp& help : wanted) {
    ASSIGN_OR_RETURN(sys::Program program, ProgramFor(help, child));
    programs.push_back(std::move(program));
  }
  std::vector<sys::RunningProgram> running;
  for (const sys::Program& program : programs) {
    ASSIGN_OR_RETURN(sys::RunningProgram helper, sys::RunningProgram::Start(program));
    running.push_back(std::move(helper));
  }
  for (size_t i = 0; i < running.size(); ++i) {
    RETURN_IF_ERROR(AwaitHelper(running[i], programs[i].path));
  }
  return Ok();
}

}  // namespace slipway::launch
