#include "runtime/stage_test/run_case.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <utility>

#include "runtime/stage_test/census.h"
#include "runtime/stage_test/needs.h"
#include "runtime/stage_test/pipeline.h"
#include "runtime/stage_test/program.h"

namespace slipway::stage_test {
namespace {

namespace fs = std::filesystem;

// The case's own folder: state of the runtime's, and files of the case's own.
struct Folder {
  std::string path;

  std::string files() const { return path + "/files"; }
  std::string state() const { return path + "/state"; }
};

Result<Folder> MakeFolder(const Case& one) {
  const char* const given = std::getenv("TMPDIR");
  std::error_code error;
  // The runtime works in another folder.
  const fs::path base = fs::absolute(given != nullptr && *given != '\0' ? given : "/tmp", error);
  std::string path = (base.lexically_normal() / "slipway-stage-test.XXXXXX").string();
  if (!mkdtemp(path.data())) return Error(errno, "make a folder", path, "TMPDIR says where");
  const Folder folder{path};
  if (mkdir(folder.files().c_str(), 0755) != 0) return Error(errno, "make", folder.files());
  if (one.user && *one.user != geteuid() &&
      (chown(path.c_str(), *one.user, *one.user) != 0 ||
       chown(folder.files().c_str(), *one.user, *one.user) != 0)) {
    return Error(errno, "hand over a folder", path);
  }
  return folder;
}

void Append(std::vector<std::string> more, std::vector<std::string>& all) {
  for (std::string& text : more) all.push_back(std::move(text));
}

class Runner {
 public:
  Runner(const Case& one, const Bench& bench, const Folder& folder, std::string id)
      : one_(one), bench_(bench), folder_(folder), id_(std::move(id)) {
    variables_ = {{"tmp", folder.files()}, {"probe", bench.probe}};
  }

  // What was not as it should be.
  std::vector<std::string> Execute() const {
    const Census census;
    std::vector<std::string> wrong;
    const bool ended = RunToItsEnd(wrong);
    TakeWhatIsLeft(census, ended, wrong);
    return wrong;
  }

 private:
  // False: it did not end by itself, and what it leaves is of no interest.
  bool RunToItsEnd(std::vector<std::string>& wrong) const {
    const auto pipeline = PipelineOf(one_, IsPlainUser(), variables_);
    auto run = pipeline.ok() ? RunProgram(ProgramOf(*pipeline)) : Result<Run>(pipeline.error());
    if (!run.ok()) {
      wrong.push_back(run.error().ToString());
      return false;
    }
    run->err = WithPlaces(run->err);
    wrong = Differences(Filled(one_.expect), *run);
    return run->in_time;
  }

  // Processes first, which hold the rest, and mounts before the folder that they may lie in.
  void TakeWhatIsLeft(const Census& census, bool tell, std::vector<std::string>& wrong) const {
    std::vector<std::string> left = census.TakeProcesses();
    if (std::vector<std::string> containers = Census::Containers(folder_.state());
        !containers.empty()) {
      Append(std::move(containers), left);
      if (tell) Append(std::exchange(left, {}), wrong);
      HaveUndone(wrong);
    }
    if (tell) Append(std::move(left), wrong);
    Append(Census::TakeCgroups(id_), wrong);
    Append(census.TakeMounts(), wrong);
    if (Status removed = RemoveFolder(folder_.path); !removed.ok()) {
      wrong.push_back(removed.error().ToString());
    }
  }

  bool IsPlainUser() const { return one_.user.value_or(geteuid()) != 0; }

  // The runtime, a verb of it or none, and what says whose plugins are loaded.
  std::vector<std::string> Words(const std::string& verb) const {
    std::vector<std::string> words = {bench_.runtime};
    if (!verb.empty()) words.push_back(verb);
    Append({"--root", folder_.state()}, words);
    for (const std::string& folder : bench_.plugin_folders) Append({"--plugin-dir", folder}, words);
    for (const std::string& folder : bench_.trusted) Append({"--trust", folder}, words);
    return words;
  }

  Program ProgramOf(const Pipeline& pipeline) const {
    std::vector<std::string> words = Words("");
    Append({"--name", id_, "--config", "fd:" + std::to_string(kConfigFd)}, words);
    for (const std::string& word : one_.options) words.push_back(Fill(word, variables_));
    words.emplace_back("--");
    for (const std::string& word : one_.command) words.push_back(Fill(word, variables_));
    std::string& program = words[words.size() - one_.command.size()];
    if (program == "probe" && pipeline.probe == ProbeAt::kOnTheMachine) program = bench_.probe;
    if (program == "probe" && pipeline.probe == ProbeAt::kInTheContainer) {
      program = kProbeInContainer;
    }
    return {.argv = std::move(words),
            .input = Fill(one_.input, variables_),
            .config = pipeline.config,
            .folder = bench_.folder,
            .user = one_.user,
            .timeout = one_.timeout};
  }

  // The runtime names the config by its descriptor. What the case does not say itself, its
  // environment and the stages that it gets, stands in the first line there.
  std::string WithPlaces(const std::string& text) const {
    const std::string config = "runtime: fd:" + std::to_string(kConfigFd) + ":";
    const bool has_first_line = one_.where.find(":1:") != std::string::npos;
    std::string replaced;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(config)) {
        std::string rest = line.substr(config.size());
        const size_t column = rest.find(':', 2);
        const bool own = has_first_line || !rest.starts_with("1:") || column == std::string::npos;
        line = "runtime: " + (own ? bench_.cases + ":" + rest : one_.where + rest.substr(column));
      }
      replaced += line;
      if (!lines.eof()) replaced += '\n';
    }
    return replaced;
  }

  Expectations Filled(Expectations expect) const {
    for (std::optional<Match>* match : {&expect.out, &expect.err, &expect.error}) {
      if (!match->has_value() || (*match)->kind == Match::Kind::kRegex) continue;
      for (std::string& text : (*match)->texts) text = Fill(text, variables_);
    }
    return expect;
  }

  // What cannot be undone is told.
  void HaveUndone(std::vector<std::string>& wrong) const {
    const auto run = RunProgram(
        {.argv = Words("gc"), .folder = bench_.folder, .user = one_.user, .to_its_end = true});
    if (!run.ok()) wrong.push_back(run.error().ToString());
    if (run.ok() && run->status != 0) {
      wrong.push_back("`runtime gc` cannot undo it either:\n  " + run->err);
    }
  }

  const Case& one_;
  const Bench& bench_;
  const Folder& folder_;
  std::string id_;
  Variables variables_;
};

// No other container's, of whatever process and pid namespace.
std::string NewId(int number) {
  unsigned random = 0;
  (void)!getrandom(&random, sizeof(random), 0);
  return "stage-test-" + std::to_string(random) + "-" + std::to_string(number);
}

}  // namespace

CaseResult RunCase(const Case& one, const Bench& bench, int number) {
  CaseResult result{.name = one.name, .where = one.where, .reasons = {}};
  if (std::string why = WhyNotHere(one); !why.empty()) {
    result.outcome = Outcome::kSkipped;
    result.reasons = {std::move(why)};
    return result;
  }
  const Result<Folder> folder = MakeFolder(one);
  result.reasons = folder.ok() ? Runner(one, bench, *folder, NewId(number)).Execute()
                               : std::vector<std::string>{folder.error().ToString()};
  if (!result.reasons.empty()) result.outcome = Outcome::kFailed;
  return result;
}

}  // namespace slipway::stage_test
