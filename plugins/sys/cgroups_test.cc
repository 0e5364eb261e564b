#include "plugins/sys/cgroups.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using sys_stage::Hierarchy;
using sys_stage::OwnHierarchies;

std::string Names(std::string_view own, std::string_view runtimes) {
  std::string names;
  for (const Hierarchy& hierarchy : OwnHierarchies(own, runtimes)) names += hierarchy.name + " ";
  return names;
}

TEST(Cgroups, AreThoseInWhichTheRuntimeIsOutside) {
  EXPECT_EQ(Names("3:pids:/\n2:name=systemd:/\n1:cpu,cpuacct:/\n0::/\n",
                  "3:pids:/..\n2:name=systemd:/../a\n1:cpu,cpuacct:/../..\n0::/..\n"),
            "unified cpu,cpuacct systemd pids ");
}

TEST(Cgroups, ThoseOfTheRuntimeAreLeftOut) {
  EXPECT_EQ(Names("3:pids:/\n0::/\n", "3:pids:/..\n0::/\n"), "pids ") << "it is at the top too";
  EXPECT_EQ(Names("3:pids:/\n0::/\n", "3:pids:/below\n0::/..\n"), "unified ");
  EXPECT_EQ(Names("0::/\n", "0::/..hidden\n"), "") << "a name that begins so";
}

TEST(Cgroups, OneThatTheContainerIsNotInIsLeftOut) {
  EXPECT_EQ(Names("0::/../elsewhere\n", "0::/..\n"), "");
  EXPECT_EQ(Names("0::/\n", ""), "") << "nothing is known of the runtime";
  EXPECT_EQ(Names("", "0::/..\n"), "");
}

TEST(Cgroups, ASubgroupIsStillItsOwn) { EXPECT_EQ(Names("0::/init\n", "0::/..\n"), "unified "); }

TEST(Cgroups, LinesThatAreNoneArePassedOver) {
  EXPECT_EQ(Names("\nnonsense\n1:half\n0::/\n", "0::/..\n"), "unified ");
}

TEST(Cgroups, AreMountedByTheirControllers) {
  const auto options = [](const char* controllers) {
    return Hierarchy{"", controllers}.MountOptions();
  };
  using Expected = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(options("cpu,cpuacct"), (Expected{{"cpu", ""}, {"cpuacct", ""}}));
  EXPECT_EQ(options("name=systemd"), (Expected{{"name", "systemd"}}));
  EXPECT_EQ(options(""), Expected{});
}

TEST(Cgroups, SeveralControllersHaveANameEach) {
  EXPECT_EQ((Hierarchy{"cpu,cpuacct", "cpu,cpuacct"}.Aliases()),
            (std::vector<std::string>{"cpu", "cpuacct"}));
  EXPECT_TRUE((Hierarchy{"pids", "pids"}.Aliases().empty()));
}

}  // namespace
