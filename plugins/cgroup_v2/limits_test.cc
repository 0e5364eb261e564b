// What options become in the files of v2.

#include "plugins/cgroup_v2/limits.h"

#include <gtest/gtest.h>

#include <string>

namespace slipway::cgroup_v2 {
namespace {

using cgroup::CgroupOptions;

// "file=value, file=value", in the order of the writes.
std::string Written(const CgroupOptions& options) {
  std::string text;
  for (const cgroup::LimitWrite& limit : Limits(options)) {
    if (!text.empty()) text += ", ";
    text += limit.file + "=" + limit.value;
  }
  return text;
}

TEST(Limits, NoneWithoutOptions) { EXPECT_EQ(Written(CgroupOptions()), ""); }

TEST(Limits, MemoryIsInBytesAndSwapAlone) {
  CgroupOptions options;
  options.memory_max = Bytes{1 << 20};
  options.memory_high = Bytes{1 << 19};
  options.memory_low = Bytes{8192};
  options.memory_min = Bytes{4096};
  options.memory_swap_max = Bytes{0};
  options.memory_oom_group = true;
  EXPECT_EQ(Written(options),
            "memory.max=1048576, memory.high=524288, memory.low=8192, memory.min=4096, "
            "memory.swap.max=0, memory.oom.group=1");
}

TEST(Limits, CpuMaxHoldsQuotaAndPeriod) {
  CgroupOptions options;
  options.cpu_max = Decimal{1500};
  EXPECT_EQ(Written(options), "cpu.max=150000 100000");
}

TEST(Limits, APeriodAloneLeavesTheQuota) {
  CgroupOptions options;
  options.cpu_period = std::chrono::milliseconds(20);
  EXPECT_EQ(Written(options), "cpu.max=max 20000");
}

TEST(Limits, BurstComesAfterTheQuotaAndWeightIsPlain) {
  CgroupOptions options;
  options.cpu_max = Decimal{500};
  options.cpu_max_burst = std::chrono::milliseconds(50);
  options.cpu_weight = 50;
  EXPECT_EQ(Written(options), "cpu.max=50000 100000, cpu.max.burst=50000, cpu.weight=50");
}

TEST(Limits, ThePartitionComesAfterItsCpus) {
  CgroupOptions options;
  options.cpuset_cpus = "1";
  options.cpuset_mems = "0";
  options.cpuset_partition = cgroup::CpusetPartition::kIsolated;
  EXPECT_EQ(Written(options), "cpuset.cpus=1, cpuset.mems=0, cpuset.cpus.partition=isolated");
}

TEST(Limits, ADisksLimitsAreOneLine) {
  CgroupOptions options;
  options.io_max = {cgroup::IoMax{"8:0", Bytes{1024}, Bytes{2048}, 10, 20},
                    cgroup::IoMax{"8:16", {}, {}, {}, 5}};
  EXPECT_EQ(Written(options),
            "io.max=8:0 rbps=1024 wbps=2048 riops=10 wiops=20, io.max=8:16 wiops=5");
}

TEST(Limits, TheIoWeightGoesToWhatWeighs) {
  CgroupOptions options;
  options.io_weight = 10000;
  EXPECT_EQ(Written(options), "io.weight=default 10000, io.bfq.weight=1000");
}

TEST(Limits, MapsBecomeALineOrAFileForEachEntry) {
  CgroupOptions options;
  options.rdma_max = {{"mlx5_0", {2, {}}}};
  options.misc_max = {{"sev", 4}};
  options.hugetlb_max = {{"1GB", Bytes{0}}, {"2MB", Bytes{4 << 20}}};
  EXPECT_EQ(Written(options),
            "rdma.max=mlx5_0 hca_handle=2, misc.max=sev 4, hugetlb.1GB.max=0, "
            "hugetlb.2MB.max=4194304");
}

TEST(Limits, UnifiedIsWrittenLastAndEnablesItsControllers) {
  CgroupOptions options;
  options.unified = {{"cgroup.max.depth", "1"}, {"memory.high", "1G"}};
  options.pids_max = 5;
  EXPECT_EQ(Written(options), "pids.max=5, cgroup.max.depth=1, memory.high=1G");
  EXPECT_EQ(cgroup::ControllersOf(Limits(options)), (std::vector<std::string>{"pids", "memory"}));
}

TEST(Limits, EachStandsForAnOption) {
  CgroupOptions options;
  options.pids_max = 5;
  options.cpuset_partition = cgroup::CpusetPartition::kRoot;
  options.io_weight = 100;
  options.hugetlb_max = {{"2MB", Bytes{4 << 20}}};
  options.unified = {{"memory.high", "1G"}};
  std::string names;
  for (const cgroup::LimitWrite& limit : Limits(options)) names += limit.option + " ";
  EXPECT_EQ(names,
            "pids.max cpuset.partition io.weight io.weight hugetlb.max.2MB unified.memory.high ");
}

TEST(CheckLimits, RefusesWhatUnifiedRepeats) {
  CgroupOptions options;
  options.unified = {{"pids.max", "7"}};
  EXPECT_TRUE(CheckLimits(options).ok());
  options.pids_max = 5;
  EXPECT_EQ(CheckLimits(options).error().ToString(),
            "unified: given twice \"pids.max\" (the option pids.max writes this file already)");
}

TEST(CheckLimits, RefusesWhatV2DoesNotHave) {
  CgroupOptions options;
  options.net_cls_classid = 1;
  EXPECT_EQ(CheckLimits(options).error().ToString(),
            "cgroup v2 has no \"net_cls.classid\" (v2 marks no packets: leave it out there, and "
            "match the cgroup (nftables: socket cgroupv2))");
}

}  // namespace
}  // namespace slipway::cgroup_v2
