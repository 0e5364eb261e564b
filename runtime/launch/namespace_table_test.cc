// Which wishes for namespaces go together.

#include "runtime/launch/namespace_table.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "runtime/sys/fd.h"

namespace slipway::launch {
namespace {

class NamespaceWishes : public ::testing::Test {
 protected:
  NamespaceWishes() {
    first_.name = "first";
    second_.name = "second";
    first_.privileges = second_.privileges = SLIPWAY_ROOT_OR_USERNS;
  }

  static std::string Line(const Status& status) {
    return status.ok() ? "" : status.error().ToString();
  }
  std::string Clash() const {
    const auto clash = FindClash(plan_);
    return clash ? clash->error.ToString() : "";
  }
  static sys::Fd Own(const std::string& kind) {
    return sys::Fd(open(("/proc/self/ns/" + kind).c_str(), O_RDONLY | O_CLOEXEC));
  }

  slipway_stage first_{};
  slipway_stage second_{};
  const Asking one_{first_, 0};
  const Asking other_{second_, 1};
  Plan plan_;
};

TEST_F(NamespaceWishes, AnOwnOneAndOneThatIsJoinedNameBothStages) {
  ASSERT_TRUE(WishNamespaces(plan_, one_, CLONE_NEWNET).ok());
  const sys::Fd net = Own("net");
  EXPECT_EQ(Line(WishToJoin(plan_, other_, net.get(), CLONE_NEWNET)),
            "an own net namespace and one that is joined (the stage first asks for an own one, and "
            "second joins one: keep one of them)");
  Plan other;
  ASSERT_TRUE(WishToJoin(other, one_, net.get(), CLONE_NEWNET).ok());
  EXPECT_EQ(Line(WishNamespaces(other, other_, CLONE_NEWUTS | CLONE_NEWNET)),
            "an own net namespace and one that is joined (the stage second asks for an own one, "
            "and first joins one: keep one of them)");
}

TEST_F(NamespaceWishes, TheSameOneMayBeJoinedTwiceAndAnotherMayNot) {
  const sys::Fd own = Own("uts");
  ASSERT_TRUE(WishToJoin(plan_, one_, own.get(), CLONE_NEWUTS).ok());
  EXPECT_EQ(Line(WishToJoin(plan_, other_, own.get(), CLONE_NEWUTS)), "");
  EXPECT_EQ(plan_.joined.size(), 1u);
  // The runtime's own: nothing has to be entered.
  EXPECT_EQ(plan_.Joined(CLONE_NEWUTS), nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    if (unshare(CLONE_NEWUTS) != 0) _exit(2);
    const sys::Fd another = Own("uts");
    const bool refused = Line(WishToJoin(plan_, other_, another.get(), CLONE_NEWUTS)) ==
                         "two uts namespaces to join (the stage first joins another one than "
                         "second: keep one of them)";
    _exit(refused ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
}

TEST_F(NamespaceWishes, WhatIsJoinedIsOfTheKindThatIsSaid) {
  const sys::Fd net = Own("net");
  EXPECT_EQ(Line(WishToJoin(plan_, one_, net.get(), CLONE_NEWIPC)),
            "not a namespace of the kind \"ipc\" (it is a net namespace; take a file such as "
            "/proc/PID/ns/ipc)");
  const sys::Fd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(Line(WishToJoin(plan_, one_, file.get(), CLONE_NEWIPC)),
            "not a namespace of the kind \"ipc\" (it is no namespace at all; take a file such as "
            "/proc/PID/ns/ipc)");
  EXPECT_EQ(Line(WishToJoin(plan_, one_, net.get(), CLONE_NEWNET | CLONE_NEWUTS)),
            "asked to join what is no namespace (a bug of the stage: join_namespace takes one "
            "CLONE_NEW* of clone(2))");
  EXPECT_EQ(Line(WishToJoin(plan_, one_, -1, CLONE_NEWNET)),
            "cannot join a net namespace: Bad file descriptor (a bug of the stage)");
}

TEST_F(NamespaceWishes, TakeAStageThatDeclaresItsPrivileges) {
  first_.privileges = SLIPWAY_UNPRIVILEGED;
  const std::string line =
      "asked for a namespace, but says that it needs no privileges (a bug of the stage: its "
      "privileges are SLIPWAY_ROOT_OR_USERNS)";
  const sys::Fd net = Own("net");
  EXPECT_EQ(Line(WishToJoin(plan_, one_, net.get(), CLONE_NEWNET)), line);
  EXPECT_EQ(Line(WishTimeOffsets(plan_, one_, 0, 0)), line);
}

TEST_F(NamespaceWishes, RangesOfIdsDoNotOverlapAndExist) {
  EXPECT_EQ(Line(WishIdMap(plan_, one_, SLIPWAY_USER_IDS, {0, 1000, 10})), "");
  EXPECT_EQ(Line(WishIdMap(plan_, one_, SLIPWAY_USER_IDS, {9, 2000, 1})),
            "a range of ids that overlaps another \"9 2000 1\" (\"0 1000 10\" has some of them "
            "already)");
  EXPECT_EQ(Line(WishIdMap(plan_, one_, SLIPWAY_USER_IDS, {10, 1009, 1})),
            "a range of ids that overlaps another \"10 1009 1\" (\"0 1000 10\" has some of them "
            "already)");
  EXPECT_EQ(Line(WishIdMap(plan_, one_, SLIPWAY_USER_IDS, {10, 1010, 0})),
            "not a range of ids \"10 1010 0\" (at least one id, and none above 4294967294)");
  EXPECT_EQ(Line(WishIdMap(plan_, one_, SLIPWAY_USER_IDS, {10, 4294967294, 2})),
            "not a range of ids \"10 4294967294 2\" (at least one id, and none above 4294967294)");
  EXPECT_EQ(Line(WishIdMap(plan_, one_, SLIPWAY_GROUP_IDS, {9, 1009, 1})), "");
}

TEST_F(NamespaceWishes, OneStageSaysAllAboutTheMaps) {
  ASSERT_TRUE(WishIdMap(plan_, one_, SLIPWAY_USER_IDS, {0, 1, 1}).ok());
  EXPECT_EQ(Line(WishChosenIdMap(plan_, other_)),
            "a second map of ids (the stage first has set one already)");
  EXPECT_EQ(Line(WishChosenIdMap(plan_, one_)),
            "asked for maps of ids of its own, and for ones that the host chooses (a bug of the "
            "stage: one of them)");
}

TEST_F(NamespaceWishes, AMapNeedsAnOwnUserNamespaceAndBothKinds) {
  ASSERT_TRUE(WishIdMap(plan_, one_, SLIPWAY_USER_IDS, {0, 1, 1}).ok());
  EXPECT_EQ(Clash(),
            "a map of ids, but no own user namespace (a bug of the stage: "
            "add_namespaces(CLONE_NEWUSER))");
  ASSERT_TRUE(WishNamespaces(plan_, one_, CLONE_NEWUSER).ok());
  EXPECT_EQ(Clash(), "a map of user ids alone (the container also needs a map of group ids)");
  ASSERT_TRUE(WishIdMap(plan_, one_, SLIPWAY_GROUP_IDS, {0, 1, 1}).ok());
  EXPECT_EQ(Clash(), "");
}

TEST_F(NamespaceWishes, ClocksAreSetOnce) {
  ASSERT_TRUE(WishTimeOffsets(plan_, one_, 1, 2).ok());
  EXPECT_EQ(Line(WishTimeOffsets(plan_, other_, 1, 2)),
            "a second time for the container's clocks (the stage first has set one already)");
  EXPECT_EQ(plan_.clone_flags() & CLONE_NEWTIME, 0u);
}

}  // namespace
}  // namespace slipway::launch
