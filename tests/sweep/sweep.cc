#include "tests/sweep/sweep.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tests/sweep/faults.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRoleNames[] = {"Host", "Child", "Command", "Init"};
constexpr size_t kLongStride = 17;
constexpr size_t kMaxTold = 25;  // problems of a sweep; the rest is counted
constexpr char kError[] = "runtime: ";
constexpr char kWarning[] = "runtime: warning: ";

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
std::string Lacks(const Pipeline& pipeline) {
  if (Slowness() > 1 && !pipeline.testbed) return "it takes too long here";
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

// "/etc/web.yaml:3:5: uts: ...", "uts: crashed ..." or at least what could not be done, as
// "cannot keep the container's state: ...", or who was to do it: "the container's first process
// ended before the command ran".
bool NamesItsPlace(const std::string& line) {
  const size_t end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-");
  const bool stage = end != std::string::npos && line.compare(end, 2, ": ") == 0;
  const bool in_file = line.find(".yaml:") < line.find(": ");
  const bool process = line.find("process ended before the command ran") != std::string::npos;
  return stage || in_file || process || line.find("cannot ") != std::string::npos;
}

}  // namespace

void PrintTo(const SweepCase& sweep_case, std::ostream* out) {
  *out << sweep_case.pipeline.name << ", " << RoleName(sweep_case.role);
}

std::vector<SweepCase> SweepCases() {
  std::vector<SweepCase> cases;
  for (const Pipeline& pipeline : Pipelines()) {
    for (Role role : {Role::kHost, Role::kChild, Role::kCommand, Role::kInit}) {
      const bool below_init = role == Role::kCommand || role == Role::kInit;
      if (!below_init || pipeline.has_init) cases.push_back({pipeline, role});
    }
  }
  return cases;
}

std::string NameOfCase(const ::testing::TestParamInfo<SweepCase>& info) {
  return info.param.pipeline.name + RoleName(info.param.role);
}

void Sweep::SetUp() {
  const Pipeline& pipeline = GetParam().pipeline;
  const std::string lacks = Lacks(pipeline);
  if (!lacks.empty()) GTEST_SKIP() << lacks;
  static const bool entered = (EnterOwnTmp(), true);
  ASSERT_TRUE(entered && !HasFatalFailure());
  test_ = std::make_unique<ContainerTest>();
  test_->MakeRoot();
  test_->Write("shared/file", "text\n");
  test_->Write("root/etc/file", "");
  fs::create_directory(state());
  config_ = pipeline.config.empty() ? test_->WriteStages(pipeline.stages)
                                    : fs::canonical(Runfile("configs/" + pipeline.config)).string();
  census_ = std::make_unique<Census>();
  if (const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR")) {
    std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::replace(name.begin(), name.end(), '/', '-');
    log_ = std::make_unique<std::ofstream>(std::string(folder) + "/" + name + ".log");
  }
}

void Sweep::TearDown() {
  if (!census_) return;
  for (const std::string& cgroup : Census::CgroupsOf(prefix_)) {
    ADD_FAILURE() << "a cgroup is left: " << cgroup;
    rmdir(cgroup.c_str());
  }
}

TraceResult Sweep::RunStruck(const Strike& strike) {
  id_ = prefix_ + std::to_string(++runs_);
  return Trace({Runfile("runtime/runtime"), "--root", state(), "--config", config_, "--name", id_,
                "--", "/bin/sh", "-c", GetParam().pipeline.script},
               strike, SubjectArgument);
}

std::vector<long> Sweep::Record() {
  const TraceResult result = RunStruck({.role = GetParam().role});
  EXPECT_EQ(result.run.err, "");
  EXPECT_EQ(result.run.out, "ran\n");
  EXPECT_EQ(result.run.status, 0);
  EXPECT_FALSE(result.calls.empty());
  for (const std::string& left : census_->TakeResidue(id_)) ADD_FAILURE() << "left: " << left;
  return result.calls;
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

size_t Sweep::Stride() { return Slowness() > 1 ? kLongStride : 1; }

bool Sweep::HasJournal() const { return fs::exists(state() + "/" + id_); }

void Sweep::CollectGarbage(std::vector<std::string>& problems) const {
  const RunResult gc = RunProgram({Runfile("runtime/runtime"), "gc", "--root", state()});
  if (gc.status == 0 && gc.err.empty()) return;
  problems.push_back("gc: status " + std::to_string(gc.status) + ": " + gc.err);
}

void Sweep::Conclude(const TraceResult& result, const std::string& strike,
                     std::vector<std::string> problems) {
  for (const std::string& left : census_->TakeResidue(id_)) problems.push_back("left: " + left);
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
