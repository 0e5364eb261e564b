#include "tests/hostile/attempts.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "plugins/network/host_network.h"
#include "runtime/sdk/testing/container.h"
#include "tests/hostile/contained.h"
#include "tests/hostile/outside.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

constexpr char kInside[] = "/hostile";
constexpr char kId[] = "hostile";

std::string HostName() {
  char name[65] = {};
  gethostname(name, sizeof(name) - 1);
  return name;
}

Words Program(const Outside& outside, const std::string& folder, const Words& only, bool control) {
  Words words = {folder + "/hostile"};
  if (IsTestbed()) words.emplace_back("--all");
  const Words told = outside.Arguments(folder);
  words.insert(words.end(), told.begin(), told.end());
  if (control) words.emplace_back("control=yes");
  if (only.empty()) return words;
  std::string names = "only=,";
  for (const std::string& name : only) names += name + ",";
  words.push_back(names);
  return words;
}

Words ControlArgv(const Outside& outside, const Words& only) {
  Words words = {"/usr/bin/unshare", "--mount"};
  const Words program = Program(outside, outside.programs(), only, /*control=*/true);
  words.insert(words.end(), program.begin(), program.end());
  return words;
}

Words DockerArgv(const Outside& outside, const Words& only) {
  const std::string bundle = outside.folder() + "/bundle";
  // A cgroup of its own, beside the test's.
  const std::string id = "slipway-hostile-docker-" + std::to_string(TestNumber());
  fs::create_directory(bundle);
  Words make = {"/usr/bin/python3",
                "-B",
                Runfile("tests/hostile/docker_bundle.py"),
                bundle,
                outside.root(),
                outside.programs(),
                "/" + id};
  const Words program = Program(outside, kInside, only, /*control=*/false);
  make.insert(make.end(), program.begin(), program.end());
  const RunResult made = RunProgram(make);
  EXPECT_EQ(made.status, 0) << made.err;
  return {"/usr/sbin/runc", "--root", outside.state(), "run", "--bundle", bundle, id};
}

Words With(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// All in front of the command. A ready config is copied to where every caller can read it.
Words Start(const Case& one, const Outside& outside) {
  const bool ready = one.where == Where::kConfig;
  const std::string config = outside.folder() + "/" + (ready ? one.config : "stages.yaml");
  std::ofstream(config) << (ready ? ReadText(Runfile("configs/" + one.config))
                                  : "version: 1\nstages:\n" + one.config);
  Words words = {outside.host(), "--root", outside.state(), "--name", kId, "--config", config};
  if (ready) words = With(words, {"--set", "mount.binds+=" + outside.programs() + ":/hostile:ro"});
  if (one.root) words = With(words, {"--set", "mount.root=" + outside.root()});
  // Without the way out where the kernel has no device for it.
  if (one.subordinate_ids && !network::HasTun()) {
    words = With(words, {"--set", "network.uplink=none"});
  }
  return With(With(words, one.options), {"--"});
}

// Its first process does nothing; the program comes beside it.
RunResult RunJoined(const Case& one, const Outside& outside, const Words& program) {
  const auto verb = [&outside](const std::string& name) {
    return Words{outside.host(), name, "--root", outside.state()};
  };
  Running first(With(Start(one, outside), {std::string(kInside) + "/hostile", "--wait"}));
  const Words list = With(verb("list"), {"--format", "json"});
  while (RunProgram(list).out.find("\"running\"") == std::string::npos) sched_yield();
  RunResult result = outside.Run(With(With(verb("exec"), {kId}), program));
  RunProgram(With(verb("kill"), {kId, "KILL"}));
  first.Await();
  return result;
}

RunResult RunOurs(const Case& one, const Outside& outside, const Words& only) {
  const Words program = Program(outside, kInside, only, /*control=*/false);
  if (one.where == Where::kJoined) return RunJoined(one, outside, program);
  return outside.Run(With(Start(one, outside), program));
}

// Without the options of file systems, which are the whole machine's.
std::string Mounts() {
  std::string mounts;
  std::istringstream lines(ReadText("/proc/self/mountinfo"));
  for (std::string line; std::getline(lines, line);)
    mounts += line.substr(0, line.find(" - ")) + "\n";
  return mounts;
}

// Which ids are taken is written down beside the containers, for as long as the folder is there.
bool HasNoContainer(const std::string& state) {
  for (const auto& entry : fs::directory_iterator(state)) {
    if (!entry.path().filename().string().starts_with(".")) return false;
  }
  return true;
}

Outcome OutcomeOf(const std::string& word, const std::string& cause) {
  if (word == "open") return {Outcome::Kind::kOpen, ""};
  if (word == "refused") return {Outcome::Kind::kRefused, cause};
  return {};
}

std::map<std::string, Outcome> Parse(const std::string& text) {
  std::map<std::string, Outcome> outcomes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, word, cause;
    words >> name >> word >> cause;
    outcomes[name] = OutcomeOf(word, cause);
  }
  return outcomes;
}

}  // namespace

bool IsTestbed() { return fs::exists("/run/.testbed"); }

std::vector<Attempt> Attempts() {
  std::vector<Attempt> attempts;
  std::istringstream lines(RunProgram({Runfile("tests/hostile/hostile"), "--list"}).out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Attempt one;
    std::string where;
    std::getline(words, one.name, '\t');
    std::getline(words, where, '\t');
    std::getline(words, one.text);
    one.testbed_alone = where == "testbed";
    attempts.push_back(one);
  }
  return attempts;
}

std::map<std::string, Outcome> RunCase(const Case& one, const std::vector<std::string>& only) {
  const uid_t user = one.plain ? 100000 + static_cast<uid_t>(TestNumber()) : 0;
  const Outside outside(user, one.subordinate_ids);
  const std::string host_name = HostName();
  const std::string mounts = Mounts();
  RunResult result;
  if (one.where == Where::kControl) {
    result = outside.Run(ControlArgv(outside, only));
  } else if (one.where == Where::kDocker) {
    result = outside.Run(DockerArgv(outside, only));
  } else {
    result = RunOurs(one, outside, only);
  }
  EXPECT_EQ(result.status, 0) << result.err << result.out;
  EXPECT_EQ(HostName(), host_name);
  EXPECT_EQ(Mounts(), mounts) << "mounts of the host changed";
  EXPECT_TRUE(HasNoContainer(outside.state())) << "state is left";
  return Parse(result.out);
}

}  // namespace slipway::testing
