// /sys/fs/cgroup as the container's own view.

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "plugins/cgroup/fixture.h"
#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunResult;

constexpr char kRoot[] = "  - pid\n  - mount: {root: root}\n  - proc\n";
constexpr char kOwn[] = "  - cgroup-namespace\n";
constexpr char kV1[] = "  - cgroup-v1: {pids.max: 20}\n";
constexpr char kV2[] = "  - cgroup-v2\n";

std::string Sys(const std::string& cgroup) { return "  - sys: {cgroup: " + cgroup + "}\n"; }

class CgroupView : public slipway::cgroup::testing::CgroupTest {
 protected:
  static RunResult Run(const std::string& stages, const std::string& script) {
    return ContainerTest().RunScript(kRoot + stages, script);
  }

  // With users that have no rights outside; the root is one that they can reach.
  static std::string OthersRoot() {
    return "  - user: {uids: [\"0:100000:100\"], gids: [\"0:100000:100\"]}\n  - pid\n"
           "  - mount: {root: /, readonly: true}\n  - proc\n";
  }

  static void ExpectRefused(const std::string& stages, const std::string& why) {
    const RunResult result = Run(stages, "true");
    EXPECT_EQ(result.status, 125);
    EXPECT_NE(result.err.find("sys: cgroup: cannot show the container's own cgroups (" + why + ")"),
              std::string::npos)
        << result.err;
  }
};

TEST_F(CgroupView, ShowsTheOwnCgroupOfV1) {
  NeedV1({"pids"});
  if (IsSkipped()) return;
  const RunResult result = Run(std::string(kV1) + kOwn + Sys("auto"),
                               "cd /sys/fs/cgroup; ls; cat pids/pids.max; grep -c . pids/tasks; "
                               "grep ' /sys/fs/cgroup/pids ' /proc/self/mountinfo | "
                               "sed 's/.* - //; s/ .*//'");
  EXPECT_EQ(result.out, "pids\n20\n3\ncgroup\n") << result.err;
}

TEST_F(CgroupView, ShowsTheOwnCgroupOfV2AtTheTop) {
  NeedV2();
  if (IsSkipped()) return;
  const RunResult result = Run(std::string(kV2) + kOwn + Sys("view"),
                               "cd /sys/fs/cgroup; grep -c . cgroup.procs; ls -d */ 2>/dev/null; "
                               "cat cgroup.type");
  EXPECT_EQ(result.out, "3\ndomain\n") << result.err;
}

TEST_F(CgroupView, ShowsThoseOfBothVersionsByTheirNames) {
  NeedV1({"pids"});
  NeedV2();
  if (IsSkipped()) return;
  const RunResult result =
      Run(std::string(kV1) + kV2 + kOwn + Sys("view"),
          "cd /sys/fs/cgroup; ls; cat unified/cgroup.type pids/pids.max; touch x 2>&1");
  EXPECT_EQ(result.out, "pids\nunified\ndomain\n20\ntouch: x: Read-only file system\n")
      << result.err;
}

TEST_F(CgroupView, FitsWhatProcSaysOfTheProcess) {
  NeedV1({"pids"});
  if (IsSkipped()) return;
  const RunResult result = Run(std::string(kV1) + kOwn + Sys("view"),
                               "at=$(sed -n 's/.*:pids://p' /proc/self/cgroup); echo $at; "
                               "grep -x $$ /sys/fs/cgroup/pids$at/cgroup.procs");
  EXPECT_EQ(result.out, "/\n2\n") << result.err;
}

TEST_F(CgroupView, NothingOfOthersIsVisible) {
  const std::string hierarchy = V1("pids").empty() ? v2() : V1("pids");
  ASSERT_NE(hierarchy, "");
  const std::string name = "slipway-foreign-" + std::to_string(getpid());
  MakeForeign(hierarchy + "/" + name);
  const RunResult result =
      Run(std::string(V1("pids").empty() ? kV2 : kV1) + kOwn + Sys("view"),
          "find /sys/fs/cgroup -name cgroup.procs | wc -l; find /sys/fs/cgroup/.. -name '" + name +
              "'");
  EXPECT_EQ(result.out, "1\n") << result.err;
}

TEST_F(CgroupView, NobodyChangesIt) {
  NeedV1({"pids"});
  if (IsSkipped()) return;
  const RunResult result =
      Run(std::string(kV1) + kOwn + Sys("auto"),
          "mkdir /sys/fs/cgroup/pids/x 2>&1; (echo max >/sys/fs/cgroup/pids/pids.max) 2>&1; cat "
          "/sys/fs/cgroup/pids/pids.max");
  EXPECT_EQ(result.out,
            "mkdir: can't create directory '/sys/fs/cgroup/pids/x': Read-only file system\n"
            "/bin/sh: can't create /sys/fs/cgroup/pids/pids.max: Read-only file system\n20\n")
      << result.err;
}

TEST_F(CgroupView, WritableOnV2TheContainerMakesCgroups) {
  NeedV2();
  if (IsSkipped()) return;
  const RunResult result = Run(
      std::string(kV2) + kOwn + Sys("writable"),
      "cd /sys/fs/cgroup && mkdir below && echo 0 >below/cgroup.procs && cat /proc/self/cgroup | "
      "grep ^0");
  EXPECT_EQ(result.out, "0::/below\n") << result.err;
}

TEST_F(CgroupView, WritableOnV1TheContainerMakesCgroups) {
  NeedV1({"pids"});
  if (IsSkipped()) return;
  const RunResult result =
      Run(std::string(kV1) + kOwn + Sys("writable"),
          "cd /sys/fs/cgroup/pids && mkdir below && echo 0 >below/cgroup.procs && grep :pids: "
          "/proc/self/cgroup | cut -d: -f3");
  EXPECT_EQ(result.out, "/below\n") << result.err;
}

TEST_F(CgroupView, WithoutACgroupNamespaceThereIsNothing) {
  const std::string cgroup = V1("pids").empty() ? kV2 : kV1;
  const RunResult result = Run(cgroup + Sys("auto"), "ls -A /sys/fs/cgroup");
  EXPECT_EQ(result.out, "") << result.err;
  EXPECT_EQ(result.status, 0);
  ExpectRefused(cgroup + Sys("view"),
                "it has no cgroup namespace of its own: add the stage cgroup-namespace");
}

// The namespace's top is the runtime's own cgroup then.
TEST_F(CgroupView, WhatIsTheRuntimesIsNotShown) {
  const RunResult result = Run(kOwn + Sys("auto"), "ls -A /sys/fs/cgroup");
  EXPECT_EQ(result.out, "") << result.err;
  EXPECT_EQ(result.status, 0);
  for (const char* cgroup : {"view", "writable"}) {
    ExpectRefused(kOwn + Sys(cgroup),
                  "it has none, and is in those of the runtime: add cgroup-v2 or cgroup-v1");
  }
}

TEST_F(CgroupView, NoneIsNothing) {
  const std::string cgroup = V1("pids").empty() ? kV2 : kV1;
  const RunResult result = Run(cgroup + kOwn + Sys("none"), "ls -A /sys/fs/cgroup");
  EXPECT_EQ(result.out, "") << result.err;
  EXPECT_EQ(result.status, 0);
}

// With a network namespace, and without one, where /sys is the machine's.
TEST_F(CgroupView, WorksInAUserNamespace) {
  NeedV2();
  if (IsSkipped()) return;
  const std::string user = "  - user: {uids: [\"0:0:100\"], gids: [\"0:0:100\"]}\n";
  for (const char* network : {"", "  - network\n"}) {
    const RunResult result = ContainerTest().RunScript(
        user + kRoot + network + kV2 + kOwn + Sys("view"),
        "cd /sys/fs/cgroup; grep -c . cgroup.procs; ls -d */ 2>/dev/null; mkdir x 2>&1");
    EXPECT_EQ(result.out, "3\nmkdir: can't create directory 'x': Read-only file system\n")
        << network << result.err;
  }
}

TEST_F(CgroupView, WorksInAUserNamespaceOnV1) {
  NeedV1({"pids"});
  if (IsSkipped()) return;
  const RunResult result =
      ContainerTest().RunScript("  - user: {uids: [\"0:0:100\"], gids: [\"0:0:100\"]}\n" +
                                    std::string(kRoot) + kV1 + kOwn + Sys("view"),
                                "ls /sys/fs/cgroup; cat /sys/fs/cgroup/pids/pids.max");
  EXPECT_EQ(result.out, "pids\n20\n") << result.err;
}

// Its root is nobody outside: the cgroup is given to it, and the limits are not.
TEST_F(CgroupView, WritableInAUserNamespaceItIsGivenToItsRoot) {
  NeedV2();
  if (IsSkipped()) return;
  const RunResult result = ContainerTest().RunScript(
      OthersRoot() + kV2 + kOwn + Sys("writable"),
      "cd /sys/fs/cgroup && mkdir below && echo 0 >below/cgroup.procs && grep ^0 "
      "/proc/self/cgroup; "
      "stat -c %u . cgroup.procs cgroup.subtree_control cgroup.max.depth; (echo 1 "
      ">cgroup.max.depth) 2>/dev/null || echo refused");
  EXPECT_EQ(result.out, "0::/below\n0\n0\n0\n65534\nrefused\n") << result.err;
}

TEST_F(CgroupView, WritableOnV1IsRefusedInAUserNamespace) {
  NeedV1({"pids"});
  if (IsSkipped()) return;
  const RunResult result =
      ContainerTest().RunScript(OthersRoot() + kV1 + kOwn + Sys("writable"), "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("sys: cgroup: cannot let the container write to its own cgroup at "
                            "\"/sys/fs/cgroup/pids\": Permission denied (in a user namespace only "
                            "one of v2 is given to it)"),
            std::string::npos)
      << result.err;
}

TEST_F(CgroupView, TellsWhatItWouldDo) {
  const auto plan = [](const char* cgroup) {
    return ContainerTest().Plan(kRoot + Sys(cgroup)).out;
  };
  EXPECT_NE(plan("auto").find("/sys/fs/cgroup  its own cgroups, where it has any, read-only\n"),
            std::string::npos)
      << plan("auto");
  EXPECT_NE(plan("writable").find("/sys/fs/cgroup  its own cgroups\n"), std::string::npos)
      << plan("writable");
  EXPECT_EQ(plan("none").find("/sys/fs/cgroup"), std::string::npos) << plan("none");
}

}  // namespace
