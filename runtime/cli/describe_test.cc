#include "runtime/cli/describe.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/sdk/stage.h"

namespace slipway::cli {
namespace {

struct Bind {
  static constexpr const char* kTextForm = "source:target:ro=readonly";
  static constexpr auto Options() {
    return OptionTable(Option<&Bind::source>("source", "What is bound", {.required = true}),
                       Option<&Bind::target>("target", "Where it is bound", {.required = true}),
                       Option<&Bind::readonly>("readonly", "Read-only", {.fallback = "false"}));
  }
  HostPath source;
  ContainerPath target;
  bool readonly = false;
};

struct Sample : Stage {
  static constexpr auto Options() {
    return OptionTable(
        Option<&Sample::root>("root", "Root folder", {.required = true}),
        Option<&Sample::tasks>(
            "tasks",
            "Maximum number of tasks, processes and threads, that may "
            "exist in the container at one time",
            {.unit = "tasks", .minimum = 1, .maximum = 64, .short_name = "pids"}),
        Option<&Sample::memory>("memory", "Memory", {.minimum = 4096}),
        Option<&Sample::small>("small", "Small", {.minimum = 1, .maximum = 1024}),
        Option<&Sample::wait>("wait", "Wait", {.minimum = 1'000'000, .maximum = 1'000'000'000}),
        Option<&Sample::mode>("mode", "Mode", {.fallback = "1777"}),
        Option<&Sample::text>("text", "a|b", {.fallback = "x", .minimum = 1, .maximum = 64}),
        Option<&Sample::binds>("binds", "Binds", {.short_name = "bind"}));
  }
  HostPath root;
  std::optional<int64_t> tasks;
  Bytes memory;
  Bytes small;
  std::chrono::nanoseconds wait{};
  Mode mode;
  std::string text;
  std::vector<Bind> binds;
};

constexpr StageInfo kInfo{.name = "all", .summary = "All"};
constexpr slipway_stage kStage = slipway::internal::Adapter<Sample>::Describe(kInfo);

std::string Needs(slipway_privileges privileges, const char* needs) {
  slipway_stage stage{};
  stage.name = "all";
  stage.version = "1";
  stage.summary = "All";
  stage.privileges = privileges;
  stage.needs = needs;
  const std::string text = DescribeStage(stage, "/x.so");
  const size_t begin = text.find("needs       ");
  return begin == std::string::npos ? text : text.substr(begin, text.find('\n', begin) - begin);
}

TEST(Describe, SaysWhatIsRequiredAndWhatIsOptional) {
  EXPECT_EQ(DescribeStage(kStage, "/x.so"),
            "all 0.1.0: All\n"
            "\n"
            "file        /x.so\n"
            "abi         0.9\n"
            "needs       no privileges\n"
            "\n"
            "Options:\n"
            "  root  REQUIRED\n"
            "      Root folder.\n"
            "      path on the host\n"
            "  tasks  (--pids)\n"
            "      Maximum number of tasks, processes and threads, that may exist in the\n"
            "      container at one time.\n"
            "      integer, 1 to 64 tasks; optional\n"
            "  memory\n"
            "      Memory.\n"
            "      size, at least 4KiB, such as 512MiB; optional\n"
            "  small\n"
            "      Small.\n"
            "      size, 1 to 1KiB; optional\n"
            "  wait\n"
            "      Wait.\n"
            "      duration, 1ms to 1s, such as 100ms; optional\n"
            "  mode\n"
            "      Mode.\n"
            "      permissions in octal, such as 0755; default: 1777\n"
            "  text\n"
            "      a|b.\n"
            "      text, 1 to 64 bytes; default: x\n"
            "  binds  (--bind)\n"
            "      Binds.\n"
            "      list of {source, target, readonly} or source:target[:ro]; optional\n"
            "  binds.source  REQUIRED\n"
            "      What is bound.\n"
            "      path on the host\n"
            "  binds.target  REQUIRED\n"
            "      Where it is bound.\n"
            "      path in the container\n"
            "  binds.readonly\n"
            "      Read-only.\n"
            "      true or false; default: false\n");
}

TEST(Describe, MakesATableForTheReadme) {
  const std::string table = OptionsAsMarkdown(kStage);
  for (const char* row :
       {"| `root` | path on the host | **required** | Root folder |\n",
        "| `memory` | size, at least 4KiB, such as 512MiB | *optional* | Memory |\n",
        "| `text` | text, 1 to 64 bytes | x | a\\|b |\n",
        "| `binds` | list of {source, target, readonly} or source:target[:ro] | *optional* | "
        "Binds; `--bind` |\n"}) {
    EXPECT_NE(table.find(row), std::string::npos) << row << table;
  }
}

TEST(Describe, SaysWhatAStageNeeds) {
  EXPECT_EQ(Needs(SLIPWAY_UNPRIVILEGED, nullptr), "needs       no privileges");
  EXPECT_EQ(Needs(SLIPWAY_UNPRIVILEGED, "root, or patience"), "needs       root, or patience");
  EXPECT_EQ(Needs(SLIPWAY_ROOT_OR_USERNS, nullptr),
            "needs       root (CAP_SYS_ADMIN), or a user namespace around it");
  EXPECT_EQ(Needs(SLIPWAY_ROOT, "Linux 6.6"), "needs       root (CAP_SYS_ADMIN), and Linux 6.6");
}

}  // namespace
}  // namespace slipway::cli
