// runtime gc: undoes what containers left behind whose runtime was killed.

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "runtime/commands/builders.h"
#include "runtime/commands/options.h"
#include "runtime/commands/stage_log.h"
#include "runtime/commands/undo.h"
#include "runtime/commands/verbs.h"
#include "runtime/launch/guard.h"
#include "runtime/state/living.h"
#include "runtime/state/remove.h"
#include "runtime/state/root.h"
#include "runtime/state/survey.h"

namespace slipway::commands {
namespace {

constexpr uint32_t kMaxRecords = ~0U;

constexpr cli::Option kOptions[] = {
    {"dry-run", Kind::kFlag, "", "only say what would be undone"},
    {"forget", Kind::kFlag, "",
     "drop the named containers without undoing them: what they left stays on the machine"},
    kRoot,
    kPluginDir,
    kTrust,
    kHookTimeout,
    // For the guard, which goes on where a crashed process stopped; see launch/guard.h.
    {"records", Kind::kText, "N"},
    kHelp,
};

struct Request {
  std::vector<std::string> ids;  // empty: all
  bool dry_run = false;
  bool forget = false;
  std::string state_folder = {};
  std::chrono::seconds hook_timeout{0};
  std::optional<uint32_t> records = {};
  loader::Folders folders = {};
  std::vector<std::string> words = {};  // of the same gc, without ids
};

Status IsId(const std::string& id) {
  if (!id.empty() && id.front() != '.' && id.find('/') == std::string::npos) return Ok();
  return Error("not a container id", id, "runtime list shows those that there are");
}

Result<Request> RequestOf(const cli::Words& words) {
  Request request{.ids = words.rest,
                  .dry_run = words.Has("dry-run"),
                  .forget = words.Has("forget"),
                  .folders = FoldersOf(words)};
  ASSIGN_OR_RETURN(request.records, words.Number("records", 0, kMaxRecords));
  ASSIGN_OR_RETURN(request.state_folder, StateFolder(words));
  ASSIGN_OR_RETURN(request.hook_timeout, HookTimeout(words));
  ASSIGN_OR_RETURN(request.words,
                   GcWords(request.state_folder, request.hook_timeout, request.folders));
  RETURN_IF_ERROR(CheckFolders(words));
  for (const std::string& id : request.ids) RETURN_IF_ERROR(IsId(id));
  if (request.forget && request.ids.empty()) {
    return Error("--forget needs the ids of the containers to drop", {},
                 "write runtime gc --forget ID");
  }
  std::sort(request.ids.begin(), request.ids.end());
  request.ids.erase(std::unique(request.ids.begin(), request.ids.end()), request.ids.end());
  return request;
}

// "1 step", "2 steps".
std::string Steps(size_t count) {
  return std::to_string(count) + (count == 1 ? " step" : " steps");
}

// A line for each stage that has something to undo, in the order in which it is undone.
std::string Describe(const state::Contents& contents, const std::vector<state::Entry>& entries,
                     bool dry_run) {
  const std::string& id = contents.facts.id;
  std::string text;
  for (size_t stage = contents.facts.stages.size(); stage-- > 0;) {
    const auto count = static_cast<size_t>(
        std::count_if(entries.begin(), entries.end(),
                      [&](const state::Entry& entry) { return entry.stage == stage; }));
    if (count == 0) continue;
    text += id + ": " + contents.facts.stages[stage].name +
            (dry_run ? ": would be undone: " : ": undone: ") + Steps(count) + "\n";
  }
  if (entries.size() < contents.entries.size()) return text;
  return text + id + (dry_run ? ": would be removed\n" : ": removed\n");
}

// Why a container was left alone.
Error LeftAlone(const state::Root& root, const std::string& id, state::Forgotten reason) {
  if (reason == state::Forgotten::kRunning) {
    return Error("the container has not ended, and was left alone:", id,
                 "runtime delete --force ends and removes it");
  }
  if (reason == state::Forgotten::kTaken) return Error("another runtime gc is at work on", id);
  return state::NoSuchContainer(root, id);
}

// Of an id that was named, but is not that of a dead container which could be taken.
Error NotTaken(const state::Root& root, const std::string& id) {
  auto seen = state::Look(root, id);
  if (!seen.ok()) return seen.error();
  if (!*seen) return LeftAlone(root, id, state::Forgotten::kNotThere);
  const bool running = (*seen)->life == state::Life::kRunning;
  return LeftAlone(root, id, running ? state::Forgotten::kRunning : state::Forgotten::kTaken);
}

class Collector {
 public:
  Collector(const Request& request, const state::Root& root)
      : request_(request), root_(root), loader_(request.folders), guard_(request.hook_timeout) {}

  // rest: what comes after this one.
  void Collect(const std::string& id, const std::vector<std::string>& rest) {
    if (request_.forget) return Forget(id);
    // One that is kept after its end goes only when somebody names it.
    auto container = state::DeadContainer::Take(
        root_, id, request_.ids.empty() ? state::Claim::kDead : state::Claim::kEnded);
    if (!container.ok()) return Keep(id, {container.error()});
    if (!*container) return Pass(id);
    std::vector<state::Entry> entries = (*container)->contents().entries;
    if (request_.records && *request_.records < entries.size()) entries.resize(*request_.records);
    if (!request_.dry_run) {
      guard_.Protect({.undo = WordsFor({id}),
                      .then = rest.empty() ? rest : WordsFor(rest),
                      .lock_fd = (*container)->fd()});
      std::vector<Error> failures =
          UndoContainer(**container, entries, loader_, request_.folders.plugin_dirs, log_);
      guard_.Release();
      if (!failures.empty()) return Keep(id, std::move(failures));
    } else if (auto builders = Load((*container)->contents()); !builders.ok()) {
      return Keep(id, {builders.error()});
    }
    report_.text += Describe((*container)->contents(), entries, request_.dry_run);
  }

  cli::Report Finish() && {
    if (!kept_.empty()) {
      report_.exit_status = cli::kRuntimeFailed;
    } else if (report_.text.empty()) {
      report_.text = "nothing to clean up\n";
    }
    return std::move(report_);
  }

 private:
  Result<Builders> Load(const state::Contents& contents) {
    return LoadBuilders(loader_, request_.folders.plugin_dirs, contents);
  }

  // Also of a container whose journal cannot be read any more.
  void Forget(const std::string& id) {
    const auto seen = state::Look(root_, id);
    const size_t left = seen.ok() && *seen ? (*seen)->contents.entries.size() : 0;
    auto forgotten = state::Forget(root_, id, request_.dry_run);
    if (!forgotten.ok()) return Keep(id, {forgotten.error()});
    if (*forgotten != state::Forgotten::kDone) {
      return KeepAlone(id, LeftAlone(root_, id, *forgotten));
    }
    report_.text += id + (request_.dry_run ? ": would be forgotten" : ": forgotten") +
                    (left == 0 ? "" : "; not undone: " + Steps(left)) + "\n";
  }

  void KeepAlone(const std::string& id, Error reason) {
    kept_.push_back(id);
    report_.failures.push_back(std::move(reason));
  }

  // A container that is not ours to undo.
  void Pass(const std::string& id) {
    const bool removed =
        request_.dry_run ? state::IsEmptyFolder(root_, id) : state::RemoveEmptyFolder(root_, id);
    if (removed) {
      report_.text += id + (request_.dry_run ? ": would be removed\n" : ": removed\n");
    } else if (!request_.ids.empty()) {
      KeepAlone(id, NotTaken(root_, id));
    }
  }

  void Keep(const std::string& id, std::vector<Error> reasons) {
    kept_.push_back(id);
    for (Error& reason : reasons) report_.failures.push_back(std::move(reason));
    if (request_.forget) return;
    std::string hint = "mend that and call runtime gc again";
    // Not of one whose state is somebody else's file: nobody can tell whether it runs.
    const auto forgotten = state::Forget(root_, id, /*dry_run=*/true);
    if (forgotten.ok() && *forgotten == state::Forgotten::kDone) {
      hint += "; runtime gc --forget " + id + " drops it without undoing it";
    }
    report_.failures.push_back(
        Error("container " + id + " could not be undone, and is kept", {}, hint));
  }

  std::vector<std::string> WordsFor(const std::vector<std::string>& ids) const {
    std::vector<std::string> words = request_.words;
    words.insert(words.end(), ids.begin(), ids.end());
    return words;
  }

  const Request& request_;
  const state::Root& root_;
  loader::Loader loader_;
  launch::Guard guard_;
  const launch::Log log_ = StageLog(/*verbose=*/false);
  cli::Report report_;
  std::vector<std::string> kept_;  // their ids
};

Result<cli::Report> Gc(Given given) {
  ASSIGN_OR_RETURN(const Request request, RequestOf(given.words));
  ASSIGN_OR_RETURN(const state::Root root, state::Root::Open(request.state_folder));
  std::vector<std::string> ids = request.ids;
  if (ids.empty()) {
    ASSIGN_OR_RETURN(ids, root.Ids());
  }
  Collector collector(request, root);
  for (auto id = ids.begin(); id != ids.end(); ++id) collector.Collect(*id, {id + 1, ids.end()});
  return std::move(collector).Finish();
}

}  // namespace

constexpr Command kGcCommand = {
    .name = "gc",
    .synopsis = "[OPTIONS] [ID...]",
    .summary = "undo what containers left behind whose runtime was killed",
    .about =
        "When a runtime is killed, its container dies with it, but what its stages made (cgroups, "
        "for example) stays. This undoes it, for the named containers or for all, with the stages "
        "that built them. Running containers are left alone, and so are those that wait for "
        "runtime "
        "start. One that is kept after its end, for runtime delete, goes too when it is named. It "
        "may be called at any time, from cron or at boot.\n",
    .options = kOptions,
    .execute = Gc};

}  // namespace slipway::commands
