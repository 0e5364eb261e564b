// System calls that the stage needs, and that something refuses it.

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <cerrno>
#include <string>
#include <vector>

#include "plugins/mount/mount_test.h"
#include "runtime/sdk/testing/container.h"

namespace {

using mount_stage::Mount;
using slipway::testing::ContainerTest;
using slipway::testing::RunResult;
using slipway::testing::RunWithout;

// Where the stage may mount, only a filter or a module keeps it from that.
TEST(MountRefused, AFilterThatRefusesTheCallsIsNamed) {
  const std::string why =
      ": Operation not permitted (a seccomp filter, such as docker's, or a security module may "
      "refuse it)\n";
  ContainerTest test;
  const std::string root = test.MakeRoot();
  const std::string config = test.WriteStages(Mount(", tmpfs: [{target: /tmp}]"));
  const std::string place = "runtime: " + config + ":4:";
  const std::vector<std::string> argv = test.Argv(config, {"/bin/true"});
  EXPECT_EQ(RunWithout(SYS_open_tree, EPERM, argv).err,
            place + "19: mount: root: cannot take the mount of \"" + root + "\"" + why);
  EXPECT_EQ(RunWithout(SYS_fsopen, EPERM, argv).err,
            place + "33: mount: tmpfs[0]: cannot prepare a filesystem of the type \"tmpfs\"" + why);
}

// As on a machine that runs from its initramfs.
TEST(MountRefused, WherePivotRootCannotWorkChrootIsNamed) {
  ContainerTest test;
  test.MakeRoot();
  const std::string config = test.WriteStages(Mount());
  const RunResult result = RunWithout(SYS_pivot_root, EINVAL, test.Argv(config, {"/bin/true"}));
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err, "runtime: " + config +
                            ":4:5: mount: cannot make the new root the root (pivot_root): Invalid "
                            "argument (the host's / is an initramfs, or no mount point: only "
                            "chroot works there)\n");
}

}  // namespace
