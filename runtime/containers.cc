#include "runtime/containers.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <utility>

#include "runtime/cli/containers.h"
#include "runtime/launch/guard.h"
#include "runtime/launch/stage.h"
#include "runtime/launch/unwinder.h"
#include "runtime/state/root.h"
#include "runtime/state/survey.h"
#include "runtime/state/values.h"

namespace slipway {
namespace {

constexpr const char* kStep = "gc";

// The stages of a dead container, as far as its records name them, and what they point into.
struct Builders {
  std::vector<launch::Stage> stages;  // one for each of the pipeline
  std::vector<state::Values> options;
};

// The plugin that the journal names; or, when that has gone, the same one from --plugin-dir.
Result<const slipway_stage*> LoadAgain(const cli::Invocation& invocation, loader::Loader& loader,
                                       const state::SavedStage& saved) {
  auto stage = loader.Load({.name = saved.name, .path = saved.path, .digest = saved.digest});
  if (stage.ok() || invocation.plugin_dirs.empty()) return stage;
  auto other = loader.Load({.name = saved.name, .digest = saved.digest});
  return other.ok() ? std::move(other) : std::move(stage);
}

// A stage without records has nothing to undo, and is not needed.
Result<Builders> LoadBuilders(const cli::Invocation& invocation, loader::Loader& loader,
                              const state::Contents& contents) {
  static constexpr slipway_stage kNobody{};
  Builders builders;
  builders.options.reserve(contents.facts.stages.size());
  for (size_t i = 0; i < contents.facts.stages.size(); ++i) {
    const state::SavedStage& saved = contents.facts.stages[i];
    const bool needed = std::any_of(contents.entries.begin(), contents.entries.end(),
                                    [&](const state::Entry& entry) { return entry.stage == i; });
    if (!needed) {
      builders.stages.emplace_back(launch::StageSpec{&kNobody, nullptr, {}});
      continue;
    }
    ASSIGN_OR_RETURN(const slipway_stage* stage, LoadAgain(invocation, loader, saved));
    auto options = state::ParseValues(*stage, saved.options);
    if (!options.ok()) return options.error().In(saved.name, kStep);
    builders.options.push_back(std::move(options).value());
    builders.stages.emplace_back(launch::StageSpec{stage, builders.options.back().data(), {}});
  }
  return builders;
}

std::string Printable(std::string text) {
  for (char& c : text) {
    if (!std::isprint(static_cast<unsigned char>(c))) c = '?';
  }
  return text;
}

// The records that are to be undone, of which there may be more.
std::vector<state::Entry> EntriesOf(const cli::Invocation& invocation,
                                    const state::Contents& contents) {
  std::vector<state::Entry> entries = contents.entries;
  if (invocation.records && *invocation.records < entries.size()) {
    entries.resize(*invocation.records);
  }
  return entries;
}

// What `runtime gc` says of a container: a line for each record, the last one first.
std::string Describe(const state::Contents& contents, const std::vector<state::Entry>& entries,
                     bool dry_run) {
  const std::string& id = contents.facts.id;
  std::string text;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    text += id + ": " + contents.facts.stages[entry->stage].name +
            (dry_run ? ": would undo: " : ": undone: ") + Printable(entry->record) + "\n";
  }
  if (entries.size() < contents.entries.size()) return text;
  return text + id + (dry_run ? ": would be removed\n" : ": removed\n");
}

// Undoes one dead container; appends what went wrong to `failures`.
void Undo(const cli::Invocation& invocation, loader::Loader& loader,
          state::DeadContainer& container, const std::vector<state::Entry>& entries,
          std::vector<Error>& failures) {
  auto builders = LoadBuilders(invocation, loader, container.contents());
  if (!builders.ok()) return failures.push_back(builders.error());
  Status ended = container.EndChild();
  if (!ended.ok()) return failures.push_back(ended.error().In({}, kStep));
  for (Error& failure : launch::Unwind(builders->stages, entries)) {
    failures.push_back(std::move(failure));
  }
  if (!failures.empty() || entries.size() < container.contents().entries.size()) return;
  Status removed = container.Remove();
  if (!removed.ok()) failures.push_back(removed.error().In({}, kStep));
}

// An id that was named, but is not that of a dead container.
Error NotDead(const state::Root& root, const std::string& id) {
  auto seen = state::Look(root, id);
  if (seen.ok() && *seen) return Error("the container is running", id, "it is left alone");
  return Error("no such container", id, "see runtime list; state is in " + root.path());
}

Status IsId(const std::string& id) {
  if (!id.empty() && id.front() != '.' && id.find('/') == std::string::npos) return Ok();
  return Error("not a container id", id, "see runtime list");
}

class Collector {
 public:
  Collector(const cli::Invocation& invocation, loader::Loader& loader, const state::Root& root)
      : invocation_(invocation), loader_(loader), root_(root), guard_(invocation.hook_timeout) {}

  // rest: what comes after this one.
  void Collect(const std::string& id, const std::vector<std::string>& rest) {
    auto container = state::DeadContainer::Take(root_, id);
    if (!container.ok()) return Keep(id, {std::move(container.error())});
    if (!*container) {
      if (!invocation_.ids.empty()) Keep(id, {NotDead(root_, id)});
      return;
    }
    const std::vector<state::Entry> entries = EntriesOf(invocation_, (*container)->contents());
    std::vector<Error> failures;
    if (!invocation_.dry_run) {
      guard_.Protect({.undo = WordsFor({id}),
                      .then = rest.empty() ? rest : WordsFor(rest),
                      .lock_fd = (*container)->fd()});
      Undo(invocation_, loader_, **container, entries, failures);
      guard_.Release();
    }
    if (!failures.empty()) return Keep(id, std::move(failures));
    report_.text += Describe((*container)->contents(), entries, invocation_.dry_run);
  }

  Report Finish() && {
    if (!kept_.empty() && report_.warnings.size() == 1) {
      report_.exit_status = report_.warnings.front();
      report_.warnings.clear();
    } else if (!kept_.empty()) {
      report_.exit_status = Error("left as it is", kept_).In({}, kStep);
    } else if (report_.text.empty()) {
      report_.text = "nothing was left behind\n";
    }
    return std::move(report_);
  }

 private:
  void Keep(const std::string& id, std::vector<Error> reasons) {
    kept_ += (kept_.empty() ? "" : ", ") + id;
    for (Error& reason : reasons) report_.warnings.push_back(std::move(reason));
  }

  std::vector<std::string> WordsFor(const std::vector<std::string>& ids) const {
    std::vector<std::string> words = GcWords(invocation_);
    words.insert(words.end(), ids.begin(), ids.end());
    return words;
  }

  const cli::Invocation& invocation_;
  loader::Loader& loader_;
  const state::Root& root_;
  launch::Guard guard_;
  Report report_;
  std::string kept_;
};

Result<std::vector<std::string>> IdsOf(const cli::Invocation& invocation, const state::Root& root) {
  if (invocation.ids.empty()) return root.Ids();
  for (const std::string& id : invocation.ids) RETURN_IF_ERROR(IsId(id));
  return invocation.ids;
}

}  // namespace

std::string StateFolder(const cli::Invocation& invocation) {
  if (invocation.root.empty()) return state::DefaultRootOfThisProcess();
  return std::filesystem::absolute(invocation.root);
}

std::vector<std::string> GcWords(const cli::Invocation& invocation) {
  std::vector<std::string> words = {"gc", "--root", StateFolder(invocation), "--hook-timeout",
                                    std::to_string(invocation.hook_timeout.count())};
  for (const std::string& folder : invocation.plugin_dirs) {
    words.insert(words.end(), {"--plugin-dir", std::filesystem::absolute(folder)});
  }
  return words;
}

Report ListContainers(const cli::Invocation& invocation) {
  Report report;
  auto root = state::Root::Open(StateFolder(invocation));
  if (!root.ok()) return {.exit_status = std::move(root).status()};
  auto ids = root->Ids();
  if (!ids.ok()) return {.exit_status = std::move(ids).status()};
  std::vector<cli::ContainerRow> rows;
  for (const std::string& id : *ids) {
    auto seen = state::Look(*root, id);
    if (!seen.ok()) {
      report.warnings.push_back(seen.error());
      continue;
    }
    if (!*seen) continue;
    const state::Contents& contents = (*seen)->contents;
    const bool running = (*seen)->life == state::Life::kRunning;
    rows.push_back({.id = id,
                    .state = running ? "running" : "dead",
                    .pid = running && contents.child ? contents.child->pid : 0,
                    .since = contents.facts.since,
                    .config = contents.facts.config});
  }
  const bool json = invocation.format == cli::Format::kJson;
  report.text = json ? cli::ContainersAsJson(rows) : cli::ContainersAsTable(rows);
  return report;
}

Report CollectGarbage(const cli::Invocation& invocation, loader::Loader& loader) {
  auto root = state::Root::Open(StateFolder(invocation));
  if (!root.ok()) return {.exit_status = std::move(root).status()};
  auto ids = IdsOf(invocation, *root);
  if (!ids.ok()) return {.exit_status = std::move(ids).status()};
  Collector collector(invocation, loader, *root);
  for (auto id = ids->begin(); id != ids->end(); ++id) collector.Collect(*id, {id + 1, ids->end()});
  return std::move(collector).Finish();
}

}  // namespace slipway
