#include <fcntl.h>
#include <gtest/gtest.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "runtime/sdk/testing/container.h"
#include "runtime/sdk/testing/host.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::Running;
using slipway::testing::RunResult;

constexpr char kWithout[] = "  - pid\n  - mount: {root: root}\n  - proc\n";
const std::string kIpc = std::string("  - ipc\n") + kWithout;

// A segment of System V shared memory, of the machine's.
class Segment {
 public:
  Segment() : id_(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600)) { EXPECT_GE(id_, 0); }
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;
  ~Segment() { shmctl(id_, IPC_RMID, nullptr); }

  // A script that counts the lines which tell of it.
  std::string Count() const {
    return "awk '$2 == " + std::to_string(id_) + "' /proc/sysvipc/shm | wc -l";
  }

 private:
  int id_;
};

// A message queue of POSIX, of the machine's.
class Queue {
 public:
  Queue() : queue_(mq_open(name_.c_str(), O_CREAT | O_RDWR, 0600, nullptr)) {
    EXPECT_GE(queue_, 0);
  }
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  ~Queue() {
    mq_close(queue_);
    mq_unlink(name_.c_str());
  }

  std::string name() const { return name_.substr(1); }

 private:
  const std::string name_ = "/slipway-test-" + std::to_string(getpid());
  mqd_t queue_;
};

TEST(Ipc, NamespaceIsTheContainersOwn) {
  const RunResult result = ContainerTest().RunScript(kIpc, "readlink /proc/self/ns/ipc");
  EXPECT_EQ(result.out.find("ipc:["), 0u) << result.out << result.err;
  EXPECT_NE(result.out, std::filesystem::read_symlink("/proc/self/ns/ipc").string() + "\n");
}

TEST(Ipc, SharedMemoryOfTheMachineIsNotThere) {
  const Segment segment;
  EXPECT_EQ(ContainerTest().RunScript(kWithout, segment.Count()).out, "1\n");
  const RunResult result = ContainerTest().RunScript(kIpc, segment.Count());
  EXPECT_EQ(result.out, "0\n") << result.err;
}

TEST(Ipc, QueuesOfTheMachineAreNotThere) {
  const Queue queue;
  const std::string script = "mount -t mqueue mqueue /tmp && ls /tmp | grep -c " + queue.name();
  EXPECT_EQ(ContainerTest().RunScript(kWithout, script).out, "1\n");
  const RunResult result = ContainerTest().RunScript(kIpc, script);
  EXPECT_EQ(result.out, "0\n") << result.err;
}

TEST(Ipc, QueuesOfTheContainerAreNotOutside) {
  ContainerTest test;
  test.MakeRoot();
  const std::string name = "slipway-inside-" + std::to_string(getpid());
  Running container(test.Argv(
      test.WriteStages(kIpc),
      {"/bin/sh", "-c",
       "mount -t mqueue mqueue /tmp && : > /tmp/" + name + " && ls /tmp && exec sleep 1000"}));
  ASSERT_TRUE(container.AwaitOutput(name + "\n"));
  const mqd_t queue = mq_open(("/" + name).c_str(), O_RDONLY);
  EXPECT_EQ(queue, -1);
  EXPECT_EQ(errno, ENOENT);
  container.Signal(SIGTERM);
  container.Await();
  test.ExpectNothingLeft();
}

TEST(Ipc, WorksWithoutOtherStages) {
  const RunResult result =
      ContainerTest().RunScript("  - ipc\n  - mount: {root: root}\n", "echo $(id -u)");
  EXPECT_EQ(result.out, "0\n") << result.err;
}

TEST(Ipc, IsNotHereWhereTheKernelHasNoSuchNamespaces) {
  if (!slipway::testing::IsRoot()) GTEST_SKIP() << "needs root";
  const ContainerTest test;
  const slipway::Status probed = slipway::testing::ProbeInRoot(
      slipway::testing::Runfile("plugins/ipc/libipc_stage.so"), test.folder());
  ASSERT_FALSE(probed.ok());
  EXPECT_TRUE(probed.error()->not_here);
  EXPECT_STREQ(probed.error()->operation, "this kernel has no IPC namespaces");
}

TEST(Ipc, HasNoOptions) {
  ContainerTest test;
  test.MakeRoot();
  const RunResult result =
      test.RunContainer(test.WriteStages("  - ipc: {size: 1}\n"), {"/bin/true"});
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err.find("runtime: " + test.Path("test.yaml") + ":3:11: ipc: unknown option "),
            0u)
      << result.err;
}

TEST(Ipc, TellsWhatItWouldDo) {
  const RunResult plan = ContainerTest().Plan("  - ipc\n");
  EXPECT_NE(plan.out.find("  namespace  ipc  a new one\n"), std::string::npos) << plan.out;
}

}  // namespace
