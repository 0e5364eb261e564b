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
#include "runtime/state/remove.h"
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
    if (std::iscntrl(static_cast<unsigned char>(c))) c = '?';
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

// Of an id that was named, but is not that of a dead container which could be taken.
Error NotTaken(const state::Root& root, const std::string& id) {
  auto seen = state::Look(root, id);
  if (!seen.ok()) return seen.error();
  if (!*seen) return Error("no such container", id, "see runtime list; state is in " + root.path());
  if ((*seen)->life == state::Life::kDead) return Error("another runtime gc is at it", id);
  return Error("the container is running", id, "it is left alone");
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
    if (!container.ok()) return Keep(id, container.error());
    if (!*container) return Pass(id);
    const std::vector<state::Entry> entries = EntriesOf(invocation_, (*container)->contents());
    std::vector<Error> failures;
    if (!invocation_.dry_run) {
      guard_.Protect({.undo = WordsFor({id}),
                      .then = rest.empty() ? rest : WordsFor(rest),
                      .lock_fd = (*container)->fd()});
      Undo(invocation_, loader_, **container, entries, failures);
      guard_.Release();
    }
    if (!failures.empty()) return Keep(id, failures);
    report_.text += Describe((*container)->contents(), entries, invocation_.dry_run);
  }

  Report Finish() && {
    if (report_.warnings.size() == 1 && names_container_) {
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
  // A container that is not ours to undo.
  void Pass(const std::string& id) {
    if (!invocation_.dry_run && state::RemoveEmptyFolder(root_, id)) {
      report_.text += id + ": removed\n";
    } else if (!invocation_.ids.empty()) {
      Keep(id, NotTaken(root_, id));
    }
  }

  // reason: it names the container, by its id or its journal's path.
  void Keep(const std::string& id, const Error& reason) {
    kept_ += (kept_.empty() ? "" : ", ") + id;
    report_.warnings.push_back(reason);
  }

  // reasons: of the container's stages, which do not know its id.
  void Keep(const std::string& id, const std::vector<Error>& reasons) {
    kept_ += (kept_.empty() ? "" : ", ") + id;
    names_container_ = false;
    report_.warnings.insert(report_.warnings.end(), reasons.begin(), reasons.end());
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
  std::string kept_;             // their ids
  bool names_container_ = true;  // each of the warnings does
};

Result<std::vector<std::string>> IdsOf(const cli::Invocation& invocation, const state::Root& root) {
  if (invocation.ids.empty()) return root.Ids();
  for (const std::string& id : invocation.ids) RETURN_IF_ERROR(IsId(id));
  std::vector<std::string> ids = invocation.ids;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
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
                    .pid = running ? (*seen)->pid : 0,
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
