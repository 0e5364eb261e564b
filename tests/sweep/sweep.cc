#include "tests/sweep/sweep.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#include "tests/sweep/faults.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRoleNames[] = {"Host",    "Child",  "Command", "Init",
                                      "Monitor", "Helper", "Other"};
constexpr size_t kMaxTold = 25;  // problems of a sweep; the rest is counted
constexpr char kError[] = "runtime: ";
constexpr char kWarning[] = "runtime: warning: ";

// Nobody else on the machine has it.
uid_t PlainUser() { return 100000 + static_cast<uid_t>(getpid()); }

std::string RoleName(Role role) { return kRoleNames[static_cast<size_t>(role)]; }

// The hierarchies' mount points, of type cgroup or cgroup2.
std::vector<std::string> MountPoints(const std::string& wanted) {
  std::vector<std::string> points;
  std::istringstream lines(ReadText("/proc/self/mounts"));
  std::string device, point, type, line;
  while (std::getline(lines, line)) {
    std::istringstream(line) >> device >> point >> type;
    if (type == wanted) points.push_back(point);
  }
  return points;
}

// Why the machine cannot run the pipeline; empty if it can.
std::string Lacks(const Pipeline& pipeline, const Operation& operation) {
  if (Slowness() > 1 && !(pipeline.testbed && operation.testbed)) return "it takes too long here";
  const std::vector<std::string> unified = MountPoints("cgroup2");
  switch (pipeline.needs) {
    case Needs::kCgroupV1:
      return MountPoints("cgroup").empty() ? "no cgroup v1 is mounted here" : "";
    case Needs::kCgroupV2:
      return unified.empty() ? "no cgroup v2 is mounted here" : "";
    case Needs::kCgroupV2Controllers:
      for (const std::string& point : unified) {
        const std::string controllers = ReadText(point + "/cgroup.controllers");
        if (controllers.find("memory") != std::string::npos) return "";
      }
      return "cgroup v2 has not the controllers here";
    case Needs::kNothing:
      break;
  }
  return "";
}

std::string OutcomeOf(const TraceResult& result) {
  std::string err = result.run.err;
  for (char& byte : err) byte = byte == '\n' ? ' ' : byte;
  return "status " + std::to_string(result.run.status) + (err.empty() ? "" : ": " + err);
}

using Words = std::vector<std::string>;

// With helpers the child and what is below it make the same calls as without.
bool Has(const Pipeline& pipeline, Role role) {
  if (pipeline.id_helpers) return role == Role::kHost || role == Role::kHelper;
  if (role == Role::kHelper) return false;
  return pipeline.has_init || (role != Role::kCommand && role != Role::kInit);
}

// The helpers run between the child's birth and that of the command.
std::vector<Role> BirthsOf(const Pipeline& pipeline, const Operation& operation) {
  std::vector<Role> births = operation.births;
  if (pipeline.id_helpers) births.insert(births.begin() + 1, 2, Role::kHelper);
  return births;
}

bool IsDoneTo(const Operation& operation, const Pipeline& pipeline) {
  const Words& names = operation.pipelines;
  if (names.empty()) return !pipeline.script.empty();
  return std::find(names.begin(), names.end(), pipeline.name) != names.end();
}

// "/etc/web.yaml:3:5: uts: ...", "uts: crashed ..." or at least what could not be done, as
// "cannot keep the container's state: ...", or whose end has prevented it.
bool NamesItsPlace(const std::string& line) {
  const size_t end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-");
  const bool stage = end != std::string::npos && line.compare(end, 2, ": ") == 0;
  const bool in_file = line.find(".yaml:") < line.find(": ");
  const Words ends = {"process ended before the command ran",
                      "was killed before it could say that the command runs",
                      "the container's init gave no answer",
                      "the container has ended: ", "could not be undone, and is kept"};
  const bool ended = std::any_of(ends.begin(), ends.end(), [&](const std::string& text) {
    return line.find(text) != std::string::npos;
  });
  return stage || in_file || ended || line.find("cannot ") != std::string::npos;
}

}  // namespace

void PrintTo(const SweepCase& sweep_case, std::ostream* out) {
  *out << sweep_case.pipeline.name << ", " << sweep_case.operation.name << " "
       << RoleName(sweep_case.role);
}

std::vector<SweepCase> SweepCases() {
  std::vector<SweepCase> cases;
  for (const Operation& operation : Operations()) {
    for (const Pipeline& pipeline : Pipelines()) {
      if (!IsDoneTo(operation, pipeline)) continue;
      for (Role role : operation.roles) {
        if (Has(pipeline, role)) cases.push_back({pipeline, operation, role});
      }
    }
  }
  return cases;
}

std::string NameOfCase(const ::testing::TestParamInfo<SweepCase>& info) {
  return info.param.pipeline.name + info.param.operation.name + RoleName(info.param.role);
}

void Sweep::SetUp() {
  const std::string lacks = Lacks(GetParam().pipeline, operation());
  if (!lacks.empty()) GTEST_SKIP() << lacks;
  static const bool entered = (EnterOwnTmp(), true);
  ASSERT_TRUE(entered && !HasFatalFailure());
  MakePlace();
  ASSERT_FALSE(HasFatalFailure());
  census_ = std::make_unique<Census>();
  if (const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR")) {
    std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::replace(name.begin(), name.end(), '/', '-');
    log_ = std::make_unique<std::ofstream>(std::string(folder) + "/" + name + ".log");
  }
}

// Other users reach it: those of a user namespace, and one without rights.
void Sweep::MakePlace() {
  const Pipeline& pipeline = GetParam().pipeline;
  if (pipeline.id_helpers) {
    system_ = std::make_unique<SystemFiles>("/var/tmp/slipway-system-" + std::to_string(getpid()));
    system_->InstallIdHelpers();
    system_->GiveIds(PlainUser());
  }
  test_ = std::make_unique<ContainerTest>();
  chmod(test_->folder().c_str(), 0755);
  test_->MakeRoot();
  test_->Write("shared/file", "text\n");
  test_->Write("root/etc/file", "");
  place_ = {.host = Runfile("runtime/runtime"),
            .plugins = Runfile("tests/plugins"),
            .state = test_->Path("state"),
            .config = pipeline.config.empty()
                          ? test_->WriteStages(pipeline.stages)
                          : fs::canonical(Runfile("configs/" + pipeline.config)).string(),
            .log = test_->Write("log", "said\n"),
            .uid = {},
            .script = pipeline.script.empty() ? kWaitingScript : pipeline.script};
  fs::create_directory(place_.state);
  if (pipeline.joins_pids) MakePids();
  if (pipeline.plain_user) {
    copy_ = std::make_unique<PublicCopy>(Words{"uts", "pid", "mount", "proc"});
    copy_->AddFixture("good_user_namespace");
    place_.host = copy_->host();
    place_.plugins = copy_->fixtures();
    place_.uid = PlainUser();
    ASSERT_EQ(chown(place_.state.c_str(), *place_.uid, *place_.uid), 0);
    ASSERT_EQ(chown(place_.log.c_str(), *place_.uid, *place_.uid), 0);
  }
  // What stays in a state folder with ids that the host chooses.
  close(open((place_.state + "/.ids").c_str(), O_CREAT | O_CLOEXEC, 0600));
  const std::string end = test_->Path("root/etc/end");
  ASSERT_EQ(mkfifo(end.c_str(), 0600), 0);
  ASSERT_EQ(chmod(end.c_str(), 0666), 0);
  place_.end = open(end.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(place_.end, 0);
}

// The file of a pid namespace in which nobody does anything.
void Sweep::MakePids() {
  first_ = static_cast<pid_t>(
      syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
  if (first_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (true) pause();
  }
  ASSERT_GT(first_, 0);
  const std::string file = test_->Write("pids", "");
  const std::string pids = "/proc/" + std::to_string(first_) + "/ns/pid";
  ASSERT_EQ(mount(pids.c_str(), file.c_str(), nullptr, MS_BIND, nullptr), 0);
}

void Sweep::TearDown() {
  if (first_ > 0) {
    umount2(test_->Path("pids").c_str(), MNT_DETACH);
    kill(first_, SIGKILL);
    waitpid(first_, nullptr, 0);
  }
  if (!census_) return;
  close(place_.end);
  for (const std::string& cgroup : Census::CgroupsOf(prefix_)) {
    ADD_FAILURE() << "a cgroup is left: " << cgroup;
    rmdir(cgroup.c_str());
  }
}

TraceResult Sweep::RunStruck(const Strike& strike) {
  subject_ = std::make_unique<Subject>(place_, prefix_ + std::to_string(++runs_));
  subject_->Make(operation().before);
  const Role role = GetParam().role;
  const bool is_there = operation().before == Before::kCreated && role != Role::kHost;
  return Trace({.argv = subject_->Argv(operation().words),
                .uid = place_.uid,
                .births = BirthsOf(GetParam().pipeline, operation()),
                .lives_on = operation().fate != Fate::kEnds,
                .waiting = is_there ? subject_->pid() : 0},
               strike, SubjectArgument);
}

std::vector<long> Sweep::Record() {
  const TraceResult result = RunStruck({.role = GetParam().role});
  EXPECT_EQ(result.run.err, "");
  EXPECT_TRUE(IsOutput(result.run.out)) << result.run.out;
  EXPECT_EQ(result.run.status, 0);
  EXPECT_FALSE(result.calls.empty());
  Problems problems;
  Settle(result, problems);
  for (const std::string& problem : problems) ADD_FAILURE() << problem;
  for (const std::string& left : census_->TakeResidue(subject_->id())) {
    ADD_FAILURE() << "left: " << left;
  }
  return result.calls;
}

bool Sweep::IsOutput(const std::string& out) const {
  const std::string& wanted = operation().out;
  return wanted == "*" ? !out.empty() : out == subject_->Text(wanted);
}

// Nothing that has befallen the operation may touch the container.
bool Sweep::LivesOn(const TraceResult& result) const {
  const auto signals = [](long call) { return call == SYS_pidfd_send_signal || call == SYS_kill; };
  switch (operation().fate) {
    case Fate::kEnds:
      return false;
    case Fate::kIsMade:
      return GetParam().role == Role::kHost && result.run.status == 0;
    case Fate::kLivesOn:
      return true;
    case Fate::kIsEnded:
      // Of what was not killed, later calls are not known.
      return GetParam().role == Role::kHost && result.error == kKill &&
             std::none_of(result.calls.begin(), result.calls.end(), signals);
  }
  return false;
}

// A runtime that was killed leaves a container to gc. One that could not be told of is there.
bool Sweep::MustBeUndone(const TraceResult& result) const {
  const bool killed = GetParam().role == Role::kMonitor && result.error == kKill;
  const bool silent = result.run.err.find("\"standard output\"") != std::string::npos;
  return operation().fate == Fate::kIsMade && result.run.status == 125 && !killed && !silent;
}

void Sweep::Settle(const TraceResult& result, Problems& problems) {
  if (operation().fate == Fate::kEnds && operation().before == Before::kNothing) return;
  if (MustBeUndone(result) && HasJournal()) {
    problems.push_back("not undone, though the operation has failed");
  }
  if (operation().again) {
    const RunResult again = subject_->Run(operation().words);
    if (again.status != 0) problems.push_back("once more: " + again.err);
  }
  subject_->Conclude(LivesOn(result), result.ends, problems);
}

Sweep::Lines Sweep::LinesOf(const std::string& err) {
  Lines lines;
  std::istringstream text(err);
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with(kWarning)) {
      ++lines.warnings;
    } else if (line.starts_with(kError) && NamesItsPlace(line.substr(sizeof(kError) - 1))) {
      ++lines.errors;
    } else {
      ++lines.others;
    }
  }
  return lines;
}

void Sweep::CollectGarbage(Problems& problems) const {
  const RunResult gc = subject_->Run({"gc", "--root", "STATE"});
  if (gc.status == 0 && gc.err.empty()) return;
  problems.push_back("gc: status " + std::to_string(gc.status) + ": " + gc.err);
}

void Sweep::Conclude(const TraceResult& result, const std::string& strike, Problems problems) {
  for (const std::string& left : census_->TakeResidue(subject_->id()))
    problems.push_back("left: " + left);
  if (result.timed_out) problems.push_back("it hung and was killed");
  std::ostringstream text;
  text << "call " << result.calls.size() << ", " << NameOfCall(result.calls.back());
  if (!result.subject.empty()) text << " \"" << result.subject << "\"";
  text << ": " << strike << ": " << OutcomeOf(result);
  ++outcomes_["status " + std::to_string(result.run.status)];
  if (log_) *log_ << text.str() << "\n";
  if (problems.empty()) return;
  for (const std::string& problem : problems) text << "\n  " << problem;
  if (log_) *log_ << "PROBLEM " << text.str() << "\n";
  if (++told_ <= kMaxTold) {
    ADD_FAILURE() << text.str();
  } else if (told_ == kMaxTold + 1) {
    ADD_FAILURE() << "and more like these";
  }
}

void Sweep::Summarize(const std::string& text) {
  std::cout << text;
  for (const auto& [outcome, count] : outcomes_) std::cout << "; " << outcome << ": " << count;
  std::cout << std::endl;
}

}  // namespace slipway::testing
