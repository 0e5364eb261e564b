// What may stand for a value: names that are there, and what the stages' tables say.

#include <signal.h>
#include <string.h>

#include <algorithm>
#include <string>
#include <utility>

#include "runtime/commands/completion.h"
#include "runtime/commands/container_id.h"
#include "runtime/commands/options.h"
#include "runtime/commands/source.h"
#include "runtime/config/find.h"
#include "runtime/loader/loader.h"
#include "runtime/sdk/option_at.h"
#include "runtime/state/root.h"

namespace slipway::commands {
namespace {

bool IsChangeable(const slipway_option& option) { return (option.flags & SLIPWAY_CHANGEABLE) != 0; }

bool HasChangeable(const slipway_stage& stage) {
  for (uint32_t i = 0; i < stage.option_count; ++i) {
    if (IsChangeable(OptionAt(stage.options, i))) return true;
  }
  return false;
}

bool Provides(const slipway_stage& stage, std::string_view token) {
  for (const char* const* provided = stage.provides; provided && *provided; ++provided) {
    if (*provided == token) return true;
  }
  return false;
}

// What --set may call the stage: its name, and what another one provides too, as "cgroup" in a
// first-of.
std::vector<std::string> NamesOf(const slipway_stage& stage, const Stages& all) {
  std::vector<std::string> names = {stage.name};
  for (const char* const* token = stage.provides; token && *token; ++token) {
    const bool others = std::any_of(all.begin(), all.end(), [&](const slipway_stage* other) {
      return other != &stage && Provides(*other, *token);
    });
    if (others) names.emplace_back(*token);
  }
  return names;
}

// name: "STAGE.", with what stands before it. setting: what is typed behind it.
void AddSettingsOf(Completion& completion, const slipway_stage& stage, bool changeable,
                   const std::string& name, std::string_view setting) {
  const size_t equals = setting.find('=');
  for (uint32_t i = 0; i < stage.option_count; ++i) {
    const slipway_option& option = OptionAt(stage.options, i);
    if (changeable && !IsChangeable(option)) continue;
    if (equals == std::string_view::npos) {
      completion.Add(name + option.name + "=", option.summary);
    } else if (setting.substr(0, equals) == option.name) {
      AddValuesOf(completion, option, name + option.name + "=");
    }
  }
}

}  // namespace

void Completion::Add(std::string word, std::string meaning) {
  const bool known = std::any_of(candidates.begin(), candidates.end(),
                                 [&word](const Candidate& other) { return other.word == word; });
  if (!known) candidates.push_back({std::move(word), std::move(meaning)});
}

void AddConfigs(Completion& completion, const std::string& prefix, const std::string& value) {
  if (value.find('/') == std::string::npos) {
    for (const std::string& name : Source::NamesOfConfigs()) completion.Add(prefix + name);
    for (const std::string& file : config::ConfigFilesIn(".")) completion.Add(prefix + file);
  }
  // Else in a folder whose name has begun, perhaps.
  const std::string word = prefix + value;
  completion.files = std::none_of(
      completion.candidates.begin(), completion.candidates.end(),
      [&word](const Candidate& candidate) { return candidate.word.starts_with(word); });
}

void AddSettings(Completion& completion, const Stages& stages, bool changeable,
                 const std::string& prefix, const std::string& value) {
  const size_t dot = value.find('.');
  for (const slipway_stage* stage : stages) {
    if (changeable && !HasChangeable(*stage)) continue;
    for (const std::string& name : NamesOf(*stage, stages)) {
      if (dot == std::string::npos) {
        completion.Add(prefix + name + ".", stage->summary);
      } else if (value.substr(0, dot) == name) {
        AddSettingsOf(completion, *stage, changeable, prefix + name + ".", value.substr(dot + 1));
      }
    }
  }
}

void AddValuesOf(Completion& completion, const slipway_option& option, const std::string& prefix) {
  switch (option.type) {
    case SLIPWAY_ENUM:
      for (const char* const* name = option.names; *name; ++name) completion.Add(prefix + *name);
      break;
    case SLIPWAY_BOOL:
      for (const char* value : {"true", "false"}) completion.Add(prefix + value);
      break;
    case SLIPWAY_LIST:
      AddValuesOf(completion, *option.element, prefix);
      break;
    case SLIPWAY_PATH:
    case SLIPWAY_RECORD:
      completion.files = true;
      break;
    default:
      break;
  }
}

void AddIds(Completion& completion, const cli::Words& words) {
  const auto folder = StateFolder(words);
  if (!folder.ok()) return;
  const auto root = state::Root::Open(*folder);
  if (!root.ok()) return;
  const auto ids = root->Ids();
  if (!ids.ok()) return;
  for (const std::string& id : *ids) {
    if (CheckId(id).ok()) completion.Add(id);
  }
}

void AddStages(Completion& completion, const cli::Words& words, const std::string& value) {
  completion.files = value.find('/') != std::string::npos;
  const loader::Loader loader(FoldersOf(words));
  for (const std::string& name : loader.Available()) completion.Add(name);
}

void AddSignals(Completion& completion, const std::string& prefix) {
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    if (const char* name = sigabbrev_np(signal)) {
      completion.Add(prefix + name, sigdescr_np(signal));
    }
  }
}

}  // namespace slipway::commands
