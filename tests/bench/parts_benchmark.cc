// The parts of a start, each alone, by Google Benchmark. Environment, from tests/bench/rows.py:
//
//   SLIPWAY_BENCH_BUILT  the built tree
//   SLIPWAY_BENCH_ROOT   a root filesystem
//   SLIPWAY_BENCH_STATE  a folder for journals
//   SLIPWAY_BENCH_ID     the container's id

#include <benchmark/benchmark.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/config/check.h"
#include "runtime/config/document.h"
#include "runtime/config/yaml.h"
#include "runtime/launch/host_table.h"
#include "runtime/launch/plan.h"
#include "runtime/launch/stage.h"
#include "runtime/launch/unwinder.h"
#include "runtime/loader/loader.h"
#include "runtime/state/journal.h"
#include "runtime/state/root.h"
#include "runtime/sys/clone.h"

namespace slipway {
namespace {

const std::vector<std::string> kStages = {"uts", "pid", "mount", "proc", "cgroup-v2", "cgroup-v1"};
constexpr const char* kConfigName = "parts.yaml";
constexpr const char* kRecord = "made /sys/fs/cgroup/pids/slipway-0123456789abcdef";

std::string Setting(const char* name) {
  const char* value = std::getenv(name);
  if (value) return value;
  std::fprintf(stderr, "parts_benchmark: %s is not set; tools/bench --rows parts sets it\n", name);
  std::exit(2);
}

std::string SmallConfig() {
  return "version: 1\nprocess:\n  args: [/noop]\nstages:\n  - uts: {hostname: container}\n"
         "  - pid: {init: false}\n"
         "  - mount: {root: \"" +
         Setting("SLIPWAY_BENCH_ROOT") +
         "\"}\n  - proc\n  - first-of:\n      - cgroup-v2: {pids.max: 20}\n"
         "      - cgroup-v1: {pids.max: 20}\n";
}

std::string LargeConfig() {
  std::string text = "version: 1\nprocess:\n  args: [/noop]\n  env:\n";
  for (int i = 0; i < 140; ++i) {
    text += "    VARIABLE_" + std::to_string(i) + ": \"value " + std::to_string(i) + "\"\n";
  }
  text += "stages:\n  - pid: {init: false}\n  - mount:\n      root: /\n      binds:\n";
  for (int i = 0; i < 50; ++i) {
    text += "        - {source: /bin, target: /mnt/" + std::to_string(i) + "}\n";
  }
  return text;
}

std::vector<std::string> PluginFolders() {
  std::vector<std::string> folders;
  for (std::string name : kStages) {
    for (char& letter : name) letter = letter == '-' ? '_' : letter;
    const std::filesystem::path plugin =
        Setting("SLIPWAY_BENCH_BUILT") + "/plugins/" + name + "/lib" + name + "_stage.so";
    // Its real place: the loader looks at every folder on the way, and runfiles are symlinks.
    folders.push_back(std::filesystem::canonical(plugin).parent_path());
  }
  return folders;
}

// Ends a benchmark with the reason, unless all is well.
template <typename Outcome>
bool Failed(benchmark::State& state, const Outcome& outcome) {
  if (outcome.ok()) return false;
  state.SkipWithError(outcome.error().ToString().c_str());
  return true;
}

void ParseText(benchmark::State& state, const std::string& text) {
  const config::Source source{.name = kConfigName, .folder = "/"};
  for (auto _ : state) {
    auto node = config::ParseYaml(text, source);
    if (Failed(state, node)) return;
    benchmark::DoNotOptimize(node);
  }
}

void Yaml(benchmark::State& state) { ParseText(state, SmallConfig()); }
BENCHMARK(Yaml)->Name("YAML_of_15_lines")->Unit(benchmark::kMicrosecond);

void LargeYaml(benchmark::State& state) { ParseText(state, LargeConfig()); }
BENCHMARK(LargeYaml)->Name("YAML_of_200_lines")->Unit(benchmark::kMicrosecond);

void LoadPlugins(benchmark::State& state) {
  const loader::Folders folders{.plugin_dirs = PluginFolders()};
  for (auto _ : state) {
    loader::Loader loader(folders);
    for (const std::string& name : kStages) {
      if (Failed(state, loader.Load({.name = name}))) return;
    }
  }
}
BENCHMARK(LoadPlugins)->Name("load_6_plugins")->Unit(benchmark::kMicrosecond);

// A config that has been read, with its plugins loaded.
struct Loaded {
  Loaded()
      : loader({.plugin_dirs = PluginFolders()}),
        document(config::Document::Parse(SmallConfig(), kConfigName)) {}

  Result<config::Pipeline> Check() {
    return config::Check(*document, {},
                         [this](const std::string& name) { return loader.Load({.name = name}); });
  }

  static std::vector<launch::StageChoice> Choices(const config::Pipeline& pipeline) {
    std::vector<launch::StageChoice> choices;
    for (const config::Step& step : pipeline.steps) {
      launch::StageChoice& choice = choices.emplace_back();
      choice.where = step.where;
      for (const config::StageEntry& entry : step.alternatives) {
        choice.stages.push_back({entry.descriptor, entry.options->data(), entry.where});
      }
    }
    return choices;
  }

  loader::Loader loader;
  Result<config::Document> document;
};

void CheckOptions(benchmark::State& state) {
  Loaded loaded;
  if (Failed(state, loaded.document)) return;
  for (auto _ : state) {
    if (Failed(state, loaded.Check())) return;
  }
}
BENCHMARK(CheckOptions)->Name("check_options_and_order")->Unit(benchmark::kMicrosecond);

void Select(benchmark::State& state) {
  Loaded loaded;
  const auto pipeline = loaded.Check();
  if (Failed(state, pipeline)) return;
  const auto choices = Loaded::Choices(*pipeline);
  for (auto _ : state) {
    if (Failed(state, launch::SelectStages(choices))) return;
  }
}
BENCHMARK(Select)->Name("create_and_probe_stages")->Unit(benchmark::kMicrosecond);

constexpr uint64_t kNamespaces = CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS;

void AwaitEnd(const sys::Cloned& child) {
  siginfo_t info{};
  waitid(P_PIDFD, static_cast<id_t>(child.pidfd.get()), &info, WEXITED);
}

void CloneSharing(benchmark::State& state) {
  sys::SharingBody body{[](sys::SharingBody*) { _exit(0); }};
  for (auto _ : state) {
    auto child = sys::CloneSharing(kNamespaces, -1, &body);
    if (Failed(state, child)) return;
    AwaitEnd(*child);
  }
}
BENCHMARK(CloneSharing)->Name("clone_and_wait")->Unit(benchmark::kMicrosecond)->UseRealTime();

void CloneCopying(benchmark::State& state) {
  for (auto _ : state) {
    auto child = sys::Clone(kNamespaces, -1);
    if (Failed(state, child)) return;
    if (child->pid == 0) _exit(0);
    AwaitEnd(*child);
  }
}
BENCHMARK(CloneCopying)->Name("the_same,_copied")->Unit(benchmark::kMicrosecond)->UseRealTime();

Result<state::Journal> BeginJournal(const state::Root& root) {
  state::Facts facts;
  facts.id = Setting("SLIPWAY_BENCH_ID");
  facts.config = kConfigName;
  for (const std::string& name : kStages) {
    facts.stages.push_back({.name = name, .digest = "0", .path = "/" + name, .options = {}});
  }
  return state::Journal::Begin(root, facts);
}

void Journal(benchmark::State& state) {
  auto root = state::Root::Make(Setting("SLIPWAY_BENCH_STATE"));
  if (Failed(state, root)) return;
  for (auto _ : state) {
    auto journal = BeginJournal(*root);
    if (Failed(state, journal)) return;
    for (size_t record = 0; record < 2; ++record) {
      if (Failed(state, journal->Append(record, kRecord))) return;
    }
    if (Failed(state, journal->Remove())) return;
  }
}
BENCHMARK(Journal)->Name("journal_with_2_records")->Unit(benchmark::kMicrosecond);

Status PrepareStages(const std::vector<launch::Stage>& stages, state::Journal& journal) {
  const std::string id = Setting("SLIPWAY_BENCH_ID");
  launch::Plan plan;
  slipway_context context = launch::ContextFor({.operation = SLIPWAY_START, .container_id = &id});
  context.journal = &journal;
  context.plan = &plan;
  for (const launch::Stage& stage : stages) {
    RETURN_IF_ERROR(stage.PreClone(context));
    ++context.stage;
  }
  return Ok();
}

// The cgroup is the only thing that this pipeline leaves to be undone.
void Teardown(benchmark::State& state) {
  const std::string id = Setting("SLIPWAY_BENCH_ID");
  auto root = state::Root::Make(Setting("SLIPWAY_BENCH_STATE"));
  Loaded loaded;
  const auto pipeline = loaded.Check();
  if (Failed(state, root) || Failed(state, pipeline)) return;
  for (auto _ : state) {
    state.PauseTiming();
    auto stages = launch::SelectStages(Loaded::Choices(*pipeline));
    if (Failed(state, stages)) return;
    auto journal = BeginJournal(*root);
    if (Failed(state, journal) || Failed(state, PrepareStages(*stages, *journal))) return;
    state.ResumeTiming();
    const auto failures = launch::Unwind(
        {.operation = SLIPWAY_START, .container_id = &id, .entries = &journal->entries()}, *stages);
    state.PauseTiming();
    if (!failures.empty()) state.SkipWithError(failures.front().ToString().c_str());
    (void)journal->Remove().ok();
    state.ResumeTiming();
  }
}
BENCHMARK(Teardown)->Name("teardown_with_a_cgroup")->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace
}  // namespace slipway

BENCHMARK_MAIN();
