// slipway-probe: it tells what it sees in a container, and no more than that.

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "runtime/sys/json.h"

namespace slipway::testing {
namespace {

RunResult Probe(std::vector<std::string> keys, const RunOptions& options = {}) {
  keys.insert(keys.begin(), Runfile("runtime/probe/slipway-probe"));
  return RunProgram(keys, options);
}

// In a container with these stages, and the machine's files.
std::string InContainer(const std::string& stages, const std::vector<std::string>& keys) {
  ContainerTest test;
  std::vector<std::string> command = {Runfile("runtime/probe/slipway-probe")};
  command.insert(command.end(), keys.begin(), keys.end());
  const RunResult result = RunProgram(test.Argv(test.WriteStages(stages), command));
  EXPECT_EQ(result.status, 0) << result.err;
  return result.out;
}

TEST(Probe, WritesOneObjectOfJson) {
  const RunResult result = Probe({}, {.environment = {{"ODD", "a\"b\\c\n\x01\xff"}}});
  const auto json = sys::ParseJson(result.out, "probe");
  ASSERT_TRUE(json.ok()) << json.error().ToString() << "\n" << result.out;
  for (const char* key : {"hostname", "namespaces", "uid", "capabilities", "rlimits", "mounts",
                          "cgroups", "descriptors", "interfaces", "environment"}) {
    EXPECT_NE(json->Find(key), nullptr) << key;
  }
  EXPECT_EQ(result.err, "");
}

TEST(Probe, SeesWhatStagesHaveMade) {
  EXPECT_EQ(
      InContainer("  - uts: {hostname: box}\n  - pid: {init: false}\n  - rlimits: {nofile: 77}\n"
                  "  - credentials: {umask: 0027, cap_drop: [all]}\n",
                  {"hostname", "process.id", "rlimits.nofile.soft", "umask",
                   "capabilities.bounding", "no_new_privs"}),
      "box\n1\n77\n0027\n[]\ntrue\n");
}

TEST(Probe, SeesEachNamespaceThatIsItsOwn) {
  const std::string outside = Probe({"namespaces.uts", "namespaces.ipc"}).out;
  const std::string inside = InContainer("  - uts\n", {"namespaces.uts", "namespaces.ipc"});
  const size_t first = outside.find('\n');
  EXPECT_NE(inside.substr(0, inside.find('\n')), outside.substr(0, first));
  EXPECT_EQ(inside.substr(inside.find('\n')), outside.substr(first));
}

TEST(Probe, SaysNullWhereProcIsMissing) {
  const auto without_proc = [] {
    if (unshare(CLONE_NEWNS) != 0) return;
    mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    umount2("/proc", MNT_DETACH);
  };
  const RunResult result =
      Probe({"namespaces", "mounts", "namespaces.uts", "uid.real"}, {.prepare = without_proc});
  EXPECT_EQ(result.out, "null\nnull\nnull\n0\n") << result.err;
}

TEST(Probe, NamesAKeyThatThereIsNot) {
  const RunResult unknown = Probe({"hostnam"});
  EXPECT_EQ(unknown.err,
            "slipway-probe: unknown key \"hostnam\" (slipway-probe --help lists them)\n");
  EXPECT_EQ(unknown.status, 2);
  const RunResult missing = Probe({"environment.NO_SUCH"});
  EXPECT_EQ(missing.err, "slipway-probe: there is no \"environment.NO_SUCH\"\n");
  EXPECT_EQ(missing.out, "");
  EXPECT_EQ(missing.status, 1);
}

TEST(Probe, SaysThatItCannotWrite) {
  const RunResult result =
      RunProgram({"/bin/sh", "-c", Runfile("runtime/probe/slipway-probe") + " >/dev/full"},
                 {.environment = {{"LARGE", std::string(100000, 'x')}}});
  EXPECT_NE(result.err.find("slipway-probe: cannot write"), std::string::npos);
  EXPECT_EQ(result.status, 1);
}

}  // namespace
}  // namespace slipway::testing
