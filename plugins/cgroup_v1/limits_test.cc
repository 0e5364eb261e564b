// What options become in the files of v1.

#include "plugins/cgroup_v1/limits.h"

#include <gtest/gtest.h>

#include <string>

namespace slipway::cgroup_v1 {
namespace {

using cgroup::CgroupOptions;

// "file=value file=value", in the order of the writes.
std::string Written(const CgroupOptions& options) {
  std::string text;
  for (const cgroup::LimitWrite& limit : Limits(options)) {
    if (!text.empty()) text += " ";
    text += limit.file + "=" + limit.value;
  }
  return text;
}

std::string ErrorOf(const CgroupOptions& options) {
  const Status status = CheckLimits(options);
  return status.ok() ? "" : status.error().ToString();
}

TEST(Limits, NoneWithoutOptions) { EXPECT_EQ(Written(CgroupOptions()), ""); }

TEST(Limits, SwapIsAddedToMemoryAndWrittenAfterIt) {
  CgroupOptions options;
  options.memory_max = Bytes{1 << 20};
  options.memory_swap_max = Bytes{4096};
  EXPECT_EQ(ErrorOf(options), "");
  EXPECT_EQ(Written(options), "memory.limit_in_bytes=1048576 memory.memsw.limit_in_bytes=1052672");
}

TEST(Limits, MemoryAndSwapDoNotOverflow) {
  CgroupOptions options;
  options.memory_max = Bytes{CgroupOptions::kMaxBytes - 1};
  options.memory_swap_max = Bytes{CgroupOptions::kMaxBytes - 1};
  EXPECT_EQ(Written(options),
            "memory.limit_in_bytes=9223372036854775806 "
            "memory.memsw.limit_in_bytes=9223372036854775807");
}

TEST(Limits, NoneIsWrittenAsV1HasIt) {
  CgroupOptions options;
  options.pids_max = kMax;
  options.memory_max = Bytes{kMax};
  options.memory_swap_max = Bytes{0};
  options.cpu_max = Decimal{kMax};
  EXPECT_EQ(Written(options),
            "pids.max=max memory.limit_in_bytes=-1 memory.memsw.limit_in_bytes=-1 "
            "cpu.cfs_period_us=100000 cpu.cfs_quota_us=-1");
}

TEST(Limits, PeriodQuotaAndBurstInThisOrder) {
  CgroupOptions options;
  options.cpu_max = Decimal{500};
  options.cpu_period = std::chrono::milliseconds(20);
  options.cpu_max_burst = std::chrono::milliseconds(5);
  EXPECT_EQ(Written(options),
            "cpu.cfs_period_us=20000 cpu.cfs_quota_us=10000 cpu.cfs_burst_us=5000");
}

TEST(Limits, TheRealTimePeriodComesBeforeItsRuntime) {
  CgroupOptions options;
  options.cpu_rt_runtime = std::chrono::milliseconds(5);
  options.cpu_rt_period = std::chrono::milliseconds(20);
  EXPECT_EQ(Written(options), "cpu.rt_period_us=20000 cpu.rt_runtime_us=5000");
}

TEST(Limits, APeriodAloneIsWritten) {
  CgroupOptions options;
  options.cpu_period = std::chrono::milliseconds(20);
  EXPECT_EQ(Written(options), "cpu.cfs_period_us=20000");
}

TEST(Limits, CpusetListsAreWrittenAsTheyAre) {
  CgroupOptions options;
  options.cpuset_cpus = "0-1";
  options.cpuset_mems = "0";
  EXPECT_EQ(Written(options), "cpuset.cpus=0-1 cpuset.mems=0");
}

TEST(Limits, ADisksLimitsAreLinesOfFourFiles) {
  CgroupOptions options;
  options.io_max = {cgroup::IoMax{"8:0", Bytes{1024}, Bytes{2048}, 10, 20},
                    cgroup::IoMax{"8:16", Bytes{4096}, {}, {}, {}}};
  EXPECT_EQ(Written(options),
            "blkio.throttle.read_bps_device=8:0 1024 blkio.throttle.read_bps_device=8:16 4096 "
            "blkio.throttle.write_bps_device=8:0 2048 blkio.throttle.read_iops_device=8:0 10 "
            "blkio.throttle.write_iops_device=8:0 20");
}

TEST(Limits, TheWeightGoesToTheSchedulerThatIsThere) {
  CgroupOptions options;
  options.io_weight = 100;
  EXPECT_EQ(Written(options), "blkio.bfq.weight=100 blkio.weight=500");
  for (const cgroup::LimitWrite& limit : Limits(options)) EXPECT_TRUE(limit.where_present);
}

TEST(Limits, DevicesAreDeniedBeforeSomeAreAllowed) {
  CgroupOptions options;
  options.devices = {{cgroup::DeviceType::kChar, "1:3", "rw"},
                     {cgroup::DeviceType::kAll, "*:*", "m"}};
  EXPECT_EQ(Written(options),
            "devices.deny=a devices.allow=c 1:3 rw devices.allow=c *:* m devices.allow=b *:* m");
}

TEST(Limits, AnEmptyListDeniesAllDevices) {
  CgroupOptions options;
  options.devices.emplace();
  EXPECT_EQ(Written(options), "devices.deny=a");
}

TEST(Limits, MapsBecomeALineOrAFileForEachEntry) {
  CgroupOptions options;
  options.rdma_max = {{"mlx5_0", {2, 2000}}};
  options.net_cls_classid = 0x10001;
  options.net_prio_ifpriomap = {{"eth0", 5}, {"lo", 0}};
  options.hugetlb_max = {{"2MB", Bytes{4 << 20}}};
  EXPECT_EQ(Written(options),
            "rdma.max=mlx5_0 hca_handle=2 hca_object=2000 net_cls.classid=65537 "
            "net_prio.ifpriomap=eth0 5 net_prio.ifpriomap=lo 0 "
            "hugetlb.2MB.limit_in_bytes=4194304");
}

TEST(Limits, EachStandsForAnOption) {
  CgroupOptions options;
  options.memory_max = Bytes{4096};
  options.memory_swap_max = Bytes{0};
  options.cpu_max = Decimal{1000};
  options.cpu_weight = 1;
  options.io_weight = 100;
  options.io_max = {cgroup::IoMax{"8:0", Bytes{1024}, {}, {}, {}}};
  options.devices.emplace();
  options.hugetlb_max = {{"2MB", Bytes{4 << 20}}};
  std::string names;
  for (const cgroup::LimitWrite& limit : Limits(options)) names += limit.option + " ";
  EXPECT_EQ(names,
            "memory.max memory.swap.max cpu.period cpu.max cpu.weight io.weight io.weight io.max "
            "devices hugetlb.max.2MB ");
}

TEST(BlockWeights, KeepTheDefaultAndTheEnds) {
  EXPECT_EQ(BfqWeight(1), 1);
  EXPECT_EQ(BfqWeight(100), 100);
  EXPECT_EQ(BfqWeight(10000), 1000);
  EXPECT_EQ(BlkioWeight(1), 10);
  EXPECT_EQ(BlkioWeight(100), 500);
  EXPECT_EQ(BlkioWeight(10000), 1000);
}

TEST(SharesOfWeight, IsTheKernelsOwnProportion) {
  EXPECT_EQ(SharesOfWeight(100), 1024);
  EXPECT_EQ(SharesOfWeight(200), 2048);
  EXPECT_EQ(SharesOfWeight(1), 10);
  EXPECT_EQ(SharesOfWeight(10000), 102400);
}

TEST(CheckLimits, RefusesWhatV1DoesNotHave) {
  CgroupOptions options;
  options.memory_low = Bytes{4096};
  EXPECT_EQ(ErrorOf(options),
            "cgroup v1 has no \"memory.low\" (v1 cannot protect memory: leave it out there)");
}

TEST(CheckLimits, RefusesRawFilesOfV2) {
  CgroupOptions options;
  options.unified = {{"memory.high", "1G"}};
  EXPECT_EQ(ErrorOf(options),
            "cgroup v1 has no \"unified\" (it names files of v2: use the other options, or the "
            "stage cgroup-v2)");
}

TEST(CheckLimits, RefusesSwapWithoutMemory) {
  CgroupOptions options;
  options.memory_swap_max = Bytes{0};
  EXPECT_EQ(ErrorOf(options),
            "memory.swap.max without memory.max (v1 limits swap only together with memory; give "
            "memory.max too)");
}

}  // namespace
}  // namespace slipway::cgroup_v1
