// slipway-stage-test: see command_line.cc for what it takes, and cases.h for the cases.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "runtime/cli/report.h"
#include "runtime/config/mistakes.h"
#include "runtime/stage_test/cases.h"
#include "runtime/stage_test/census.h"
#include "runtime/stage_test/command_line.h"
#include "runtime/stage_test/pipeline.h"
#include "runtime/stage_test/program.h"
#include "runtime/stage_test/results.h"
#include "runtime/stage_test/run_case.h"
#include "runtime/sys/file.h"

namespace slipway::stage_test {
namespace {

constexpr int kFailed = 1;
constexpr int kNothingRun = 2;

int Complain(const Error& error) {
  const std::string line = "slipway-stage-test: " + error.ToString() + "\n";
  (void)!write(STDERR_FILENO, line.data(), line.size());
  return kNothingRun;
}

Result<std::vector<Case>> CasesFor(const CommandLine& line, config::Mistakes& mistakes) {
  ASSIGN_OR_RETURN(const std::string text, sys::ReadFile(line.bench.cases));
  std::vector<Case> cases = ReadCases(text, line.bench.cases, mistakes);
  if (!mistakes.empty()) return cases;
  const auto uses = [&line](const Case& one) { return Uses(one, line.stage); };
  if (std::none_of(cases.begin(), cases.end(), uses)) {
    return Error("no case has the stage that is to be tested", line.stage,
                 "name it in the stages of a case")
        .At(line.bench.cases);
  }
  std::erase_if(
      cases, [&line](const Case& one) { return one.name.find(line.filter) == std::string::npos; });
  if (cases.empty()) return Error("--filter: no case has such a name", line.filter);
  return cases;
}

Status Write(const std::string& text) { return text.empty() ? Ok() : cli::WriteOut(text); }

// What the runtime is told besides, said aloud.
std::string Trusting(const CommandLine& line) {
  std::string text;
  if (line.format != Format::kText) return text;
  for (const std::string& folder : line.bench.trusted) {
    text += "trusting what lies in " + folder + ", whoever owns it (--trust)\n";
  }
  return text;
}

Result<int> RunAll(const CommandLine& line, const std::vector<Case>& cases) {
  PrepareCensus();
  RETURN_IF_ERROR(Write(Trusting(line) + Heading(line.format, cases.size())));
  std::vector<CaseResult> results;
  for (const Case& one : cases) {
    const int number = static_cast<int>(results.size()) + 1;
    CaseResult result = RunCase(one, line.bench, number);
    if (const int signal = SignalToEnd(); signal != 0) {
      (void)Complain(Error("ended by the signal", std::to_string(signal),
                           "in the case \"" + one.name + "\", which was ended too"));
      RETURN_IF_ERROR(Write(Closing(line.format, results)));
      return 128 + signal;
    }
    RETURN_IF_ERROR(Write(Line(line.format, result, static_cast<size_t>(number))));
    results.push_back(std::move(result));
  }
  RETURN_IF_ERROR(Write(Closing(line.format, results)));
  const auto has = [&results](Outcome outcome) {
    return std::any_of(results.begin(), results.end(),
                       [outcome](const CaseResult& result) { return result.outcome == outcome; });
  };
  return has(Outcome::kFailed) || !has(Outcome::kOk) ? kFailed : 0;
}

int Main(const std::vector<std::string>& words) {
  EndOnSignals();
  const Result<CommandLine> line = ReadCommandLine(words);
  if (const int signal = SignalToEnd(); signal != 0) return 128 + signal;
  if (!line.ok()) return Complain(line.error());
  if (line->help) {
    const Status written = Write(Help());
    return written.ok() ? 0 : Complain(written.error());
  }
  config::Mistakes mistakes;
  const auto cases = CasesFor(*line, mistakes);
  for (const Error& error : mistakes.errors()) Complain(error);
  if (!mistakes.empty()) return kNothingRun;
  if (!cases.ok()) return Complain(cases.error());
  const Result<int> status = RunAll(*line, *cases);
  return status.ok() ? *status : Complain(status.error());
}

}  // namespace
}  // namespace slipway::stage_test

int main(int argc, char** argv) {
  try {
    return slipway::stage_test::Main({argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "slipway-stage-test: internal error: %s\n", exception.what());
    return slipway::stage_test::kNothingRun;
  }
}
