// configs/system.yaml: systemd as the first process of a container, which runs units in cgroups of
// their own and shuts down when it is stopped. Its root filesystem is an ext4 image with the
// machine's own systemd, busybox and a few units.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "runtime/sdk/testing/container.h"
#include "tests/living_on.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kSystemd[] = "/lib/systemd/systemd";

// $1: of the root. The units are Debian's, but for those of the test.
constexpr char kAddSystemd[] = R"(
set -e
cd "$1"
programs="/lib/systemd/systemd /lib/systemd/systemd-shutdown /bin/systemctl"
ldd $programs | grep -o '/[^ :]*' | sort -u | xargs cp -L --parents -t .
mkdir -p sbin etc/systemd/system lib/systemd/system run var/tmp
ln -sf /lib/systemd/systemd sbin/init
cp -L /etc/os-release etc/
echo 5f3c6d2a9b1e4c7d8f0a1b2c3d4e5f60 > etc/machine-id
for unit in sysinit basic shutdown umount final halt; do
  cp /lib/systemd/system/$unit.target lib/systemd/system/
done
cp /lib/systemd/system/systemd-halt.service lib/systemd/system/
)";

constexpr char kDefault[] = "[Unit]\nRequires=basic.target first.service\nAfter=first.service\n";
constexpr char kFirst[] =
    "[Unit]\nRequiresMountsFor=/seen\n"
    "[Service]\nType=oneshot\nRemainAfterExit=yes\n"
    "ExecStart=/bin/sh -c 'echo started > /seen/first'\n"
    "ExecStop=/bin/sh -c 'echo stopped >> /seen/first'\n";
constexpr char kLimited[] =
    "[Service]\nType=exec\nMemoryMax=32M\nTasksMax=9\nExecStart=/bin/sleep 1000\n";

class System : public LivingOn {
 protected:
  static void SetUpTestSuite() {
    if (!IsRoot() || access(kSystemd, X_OK) != 0) return;
    fs::create_directory(Folder());
    fs::create_directory(Seen());
    // The container's root is another user outside.
    chmod(Folder().c_str(), 0755);
    chmod(Seen().c_str(), 0777);
    const ContainerTest maker;
    const std::string root = maker.MakeRoot();
    ASSERT_EQ(RunProgram({"/bin/sh", "-c", kAddSystemd, "sh", root}).status, 0);
    const std::string units = "root/etc/systemd/system/";
    maker.Write(units + "default.target", kDefault);
    maker.Write(units + "first.service", kFirst);
    maker.Write(units + "limited.service", kLimited);
    ASSERT_EQ(
        RunProgram({"/usr/sbin/mke2fs", "-q", "-t", "ext4", "-d", root, Image(), "96M"}).status, 0);
  }

  static void TearDownTestSuite() {
    std::error_code error;
    fs::remove_all(Folder(), error);
  }

  void SetUp() override {
    LivingOn::SetUp();
    if (IsSkipped()) return;
    if (access(kSystemd, X_OK) != 0) GTEST_SKIP() << "there is no systemd here";
    if (access("/dev/loop-control", F_OK) != 0) GTEST_SKIP() << "this kernel has no loop devices";
    const auto mounts = cgroup::ParseCgroupMounts(ReadText("/proc/self/mountinfo"));
    const cgroup::CgroupMount* const v2 = cgroup::FindUnified(mounts);
    if (v2 == nullptr) GTEST_SKIP() << "there is no cgroup v2 here";
    v2_ = v2->mount_point;
    fs::remove(Seen() + "/first");
    Boot();
  }

  void Boot() const {
    const std::string config = fs::canonical(Runfile("configs/system.yaml"));
    const RunResult run = RunProgram(
        Argv({"run", "-d", "--config", config, "--name", id(), "--log", test_.Path("log"), "--set",
              "mount.root=" + Image(), "--set", "mount.overlay=true", "--bind", Seen() + ":/seen"}),
        Redirected());
    ASSERT_EQ(run.status, 0) << run.err;
    // Until systemd takes questions, it answers none.
    RunResult asked;
    while (asked.out.empty() || asked.out == "offline\n") {
      asked = Inside("systemctl is-system-running --wait 2>/dev/null");
      ASSERT_EQ(Listed("state"), "running") << ReadText(test_.Path("log"));
    }
    ASSERT_EQ(asked.out, "running\n") << Inside("systemctl --failed").out;
  }

  RunResult Inside(const std::string& script) const {
    return Later({"exec", id(), "/bin/sh", "-c", script});
  }

  // Has v2 this controller, or v1?
  bool Offers(const std::string& controller) const {
    const std::string all = " " + ReadText(v2_ + "/cgroup.controllers");
    return all.find(" " + controller) != std::string::npos;
  }

  // Of the container's cgroup or one in it, as the machine sees it.
  std::string Cgroup(const std::string& below) const { return v2_ + "/" + id() + below; }

  static std::string Folder() { return "/var/tmp/slipway-system-" + std::to_string(getpid()); }
  static std::string Image() { return Folder() + "/root.ext4"; }
  static std::string Seen() { return Folder() + "/seen"; }

  std::string v2_;
};

TEST_F(System, RunsUnitsInCgroupsOfTheirOwn) {
  EXPECT_EQ(ReadText(Seen() + "/first"), "started\n");
  EXPECT_EQ(Inside("tr '\\0' ' ' < /proc/1/cmdline; grep ^0: /proc/1/cgroup").out,
            "/sbin/init 0::/init.scope\n");
  const RunResult started = Inside("systemctl start limited && systemctl is-active limited");
  EXPECT_EQ(started.out, "active\n") << started.err;
  const std::string unit = Cgroup("/system.slice/limited.service");
  EXPECT_NE(ReadText(unit + "/cgroup.procs"), "");
  if (!Offers("memory") || !Offers("pids")) return;
  EXPECT_EQ(ReadText(unit + "/memory.max"), "33554432\n");
  EXPECT_EQ(ReadText(unit + "/pids.max"), "9\n");
  EXPECT_EQ(ReadText(Cgroup("/pids.max")), "4096\n");
}

TEST_F(System, ShutsDownByItsStopSignal) {
  const RunResult stopped = Later({"stop", "--time", "60", id()});
  EXPECT_EQ(stopped.status, 0) << stopped.err;
  AwaitOrphans();
  EXPECT_EQ(ReadText(Seen() + "/first"), "started\nstopped\n");
  EXPECT_EQ(Listed("state"), "stopped");
  EXPECT_EQ(Listed("exit_status"), "0");
  EXPECT_FALSE(fs::exists(Cgroup("")));
}

// What would be the machine's, or would lift the container's own limits.
TEST_F(System, RootInItHasNoRightsOutside) {
  const RunResult result = Inside(R"(
    echo max > /sys/fs/cgroup/pids.max && echo limit
    echo max > /sys/fs/cgroup/cgroup.max.descendants && echo descendants
    echo 1 > /proc/sys/kernel/panic && echo sysctl
    echo /bin/sh > /proc/sys/kernel/core_pattern && echo pattern
    mknod /tmp/disk b 7 0 && echo disk
    mount -o remount,rw /sys && echo x > /sys/kernel/uevent_helper && echo helper
    mkdir /tmp/cgroup && mount -t cgroup2 none /tmp/cgroup && ls -d /tmp/cgroup/init.scope
    mkdir /tmp/v1
    for hierarchy in pids devices name=systemd; do
      mount -t cgroup -o $hierarchy none /tmp/v1 || continue
      mkdir /tmp/v1/below && echo below
      echo 0 > /tmp/v1/cgroup.procs && echo entered
      echo /bin/sh > /tmp/v1/release_agent && echo agent
      umount /tmp/v1
    done
    grep -q '^ *0 *0 ' /proc/self/uid_map && echo root
    true)");
  EXPECT_EQ(result.out, "/tmp/cgroup/init.scope\n") << result.err;
}

}  // namespace
}  // namespace slipway::testing
