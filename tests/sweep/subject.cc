#include "tests/sweep/subject.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <thread>
#include <utility>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kBetweenLooks{2};

const Subject::Words kCreate = {"create",       "--root",  "STATE",  "--config", "CONFIG",
                                "--plugin-dir", "PLUGINS", "--name", "ID",       "--",
                                "/bin/sh",      "-c",      "SCRIPT"};
const Subject::Words kDetach = {
    "run",          "--detach", "--log",  "LOG", "--root", "STATE",   "--config", "CONFIG",
    "--plugin-dir", "PLUGINS",  "--name", "ID",  "--",     "/bin/sh", "-c",       "SCRIPT"};
const Subject::Words kStart = {"start", "--root", "STATE", "ID"};
const Subject::Words kPause = {"pause", "--root", "STATE", "ID"};
const Subject::Words kResume = {"resume", "--root", "STATE", "ID"};
const Subject::Words kWait = {"wait", "--root", "STATE", "ID"};
const Subject::Words kDelete = {"delete", "--root", "STATE", "ID"};
const Subject::Words kGc = {"gc", "--root", "STATE"};
const Subject::Words kExec = {"exec", "--root", "STATE", "ID", "/bin/echo", "answered"};

int ExitStatus(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

pid_t ParentOf(pid_t pid) {
  std::istringstream status(ReadText("/proc/" + std::to_string(pid) + "/status"));
  for (std::string word; status >> word;) {
    if (word == "PPid:" && status >> word) return atoi(word.c_str());
  }
  return -1;
}

}  // namespace

Subject::Subject(const Place& place, std::string id) : place_(place), id_(std::move(id)) {
  // A line that nobody has read.
  char bytes[64];
  while (place_.end >= 0 && read(place_.end, bytes, sizeof(bytes)) > 0) {
  }
}

std::string Subject::Text(const std::string& word) const {
  const std::map<std::string, std::string> texts = {
      {"ID", id_},         {"STATE", place_.state},     {"CONFIG", place_.config},
      {"LOG", place_.log}, {"PLUGINS", place_.plugins}, {"SCRIPT", place_.script},
      {"ID\n", id_ + "\n"}};
  const auto text = texts.find(word);
  return text == texts.end() ? word : text->second;
}

Subject::Words Subject::Argv(const Words& words) const {
  Words argv = {place_.host};
  for (const std::string& word : words) argv.push_back(Text(word));
  return argv;
}

RunResult Subject::Run(const Words& words) const {
  return RunProgram(Argv(words), {.uid = place_.uid});
}

void Subject::Make(Before before) {
  const auto make = [this](const Words& words, bool holds_output) {
    RunOptions options{.uid = place_.uid};
    if (holds_output) {
      // A pipe would not end.
      options.prepare = [this] {
        const int log = open(place_.log.c_str(), O_WRONLY | O_APPEND);
        dup2(log, STDOUT_FILENO);
        dup2(log, STDERR_FILENO);
        close(log);
      };
    }
    const RunResult result = RunProgram(Argv(words), options);
    ASSERT_EQ(result.status, 0) << words.front() << ": " << result.err << ReadText(place_.log);
  };
  if (before == Before::kNothing) return;
  const bool waits = before == Before::kCreated || before == Before::kStarted;
  make(waits ? kCreate : kDetach, waits);
  pid_ = atoi(Listed("pid").c_str());
  if (before == Before::kStarted) make(kStart, false);
  if (before == Before::kPaused) make(kPause, false);
  if (before == Before::kEnded) {
    EXPECT_EQ(End({}), kOwnStatus);
  }
  if (before == Before::kDead) KillRuntime();
}

bool Subject::IsThere() const { return std::filesystem::exists(place_.state + "/" + id_); }

void Subject::Conclude(bool lives, const std::map<pid_t, int>& ends, Problems& problems) {
  std::string state = AwaitState();
  if (state == "created") {
    const RunResult start = Run(kStart);
    state = AwaitState();
    // One that was killed before it could write that down.
    if (lives && start.status != 0 && state != "running") problems.push_back("start: " + start.err);
  }
  if (state == "paused") {
    Demand(kResume, problems);
    state = AwaitState();
  }
  if (lives && state != "running") problems.push_back("it does not run, but is \"" + state + "\"");
  if (state == "running") {
    if (pid_ == 0) pid_ = atoi(Listed("pid").c_str());
    if (lives) Demand(kExec, problems);
    const int status = End(ends);
    if (lives && status != kOwnStatus) {
      problems.push_back("it ends with the status " + std::to_string(status));
    }
  }
  Remove(problems);
}

std::string Subject::Listed(const std::string& field) const {
  const std::string json = Run({"list", "--root", "STATE", "--format", "json"}).out;
  const std::string key = "\"" + field + "\":";
  const size_t at = json.find(key);
  if (at == std::string::npos) return "";
  const size_t begin = at + key.size();
  std::string value = json.substr(begin, json.find_first_of(",}", begin) - begin);
  if (value.starts_with('"')) value = value.substr(1, value.size() - 2);
  return value;
}

std::string Subject::AwaitState(const std::string& passing) const {
  const auto deadline = Clock::now() + kPatience * Slowness();
  while (true) {
    std::string state = Listed("state");
    const bool passes = state == "creating" || state == passing;
    if (!passes || Clock::now() > deadline) return state;
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

void Subject::Demand(const Words& words, Problems& problems) const {
  const RunResult result = Run(words);
  if (result.status == 0 && result.err.empty()) return;
  problems.push_back(words.front() + ": status " + std::to_string(result.status) + ": " +
                     result.err);
}

// Orphans are this process's: also a container that has no runtime any more, and those for which
// the first process of a pid namespace waits before it ends.
int Subject::End(std::map<pid_t, int> ends) {
  EXPECT_EQ(write(place_.end, "\n", 1), 1);
  const auto deadline = Clock::now() + kPatience * Slowness();
  do {
    const bool runs = Listed("state") == "running";
    int status = 0;
    for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0;) ends[pid] = status;
    if (const auto end = ends.find(pid_); end != ends.end()) return ExitStatus(end->second);
    if (!runs) return Run(kWait).status;
    std::this_thread::sleep_for(kBetweenLooks);
  } while (Clock::now() < deadline);
  return -1;
}

void Subject::KillRuntime() const {
  const pid_t monitor = ParentOf(pid_);
  ASSERT_GT(monitor, 1);
  kill(monitor, SIGKILL);
  EXPECT_EQ(waitpid(monitor, nullptr, 0), monitor);
}

void Subject::Remove(Problems& problems) const {
  const std::string state = AwaitState("running");
  if (state == "stopped") {
    Demand(kDelete, problems);
  } else if (IsThere()) {
    Demand(kGc, problems);
  }
  // The process behind it, whose runtime was killed meanwhile, may not have come to its end yet.
  const auto deadline = Clock::now() + kPatience * Slowness();
  while (IsThere() && Clock::now() < deadline) std::this_thread::sleep_for(kBetweenLooks);
  if (IsThere()) problems.push_back("it is still there, \"" + AwaitState() + "\"");
}

}  // namespace slipway::testing
