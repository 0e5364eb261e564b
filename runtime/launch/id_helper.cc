#include "runtime/launch/id_helper.h"

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>

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

}  // namespace

Status RunIdHelper(const char* name, pid_t child, const std::vector<IdRange>& ranges) {
  const std::string path = sys::FindIdHelper(name);
  if (path.empty()) {
    return Error(std::string("there is no ") + name, {},
                 "ids other than this user's own need it: install the package uidmap, or run the "
                 "runtime as root");
  }
  ASSIGN_OR_RETURN(
      const sys::ProgramEnd end,
      sys::RunProgram(
          {.path = path, .words = WordsFor(child, ranges), .environment = {}, .most = kMostWords},
          kPatience));
  if (!end.in_time) {
    return Error(path + " has not ended within " + std::to_string(kPatience.count()) + " s", {},
                 "it was killed");
  }
  if (end.status == 0) return Ok();
  const std::string said = InOneLine(end.said);
  return Error(path + " failed", {},
               !said.empty() ? said : "it says nothing; " + EndOf(end.status));
}

}  // namespace slipway::launch
