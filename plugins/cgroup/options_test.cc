// What options say against each other, and what becomes of them.

#include "plugins/cgroup/options.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "plugins/cgroup/limits.h"

namespace slipway::cgroup {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

std::string ErrorOf(const CgroupOptions& options) {
  const Status status = CheckCgroupOptions(options);
  return status.ok() ? "" : status.error().ToString();
}

constexpr std::array kTable = {
    LimitFile{"pids", "pids.max", Plain<&CgroupOptions::pids_max>},
    LimitFile{"cpu", "period", CpuPeriod},
    LimitFile{"cpu", "quota", CpuQuota},
    LimitFile{"memory", "memory.max", Plain<&CgroupOptions::memory_max>},
    LimitFile{"memory", "memory.oom.group", Plain<&CgroupOptions::memory_oom_group>},
};

TEST(WantedLimits, NothingIsWrittenForWhatWasNotGiven) {
  EXPECT_TRUE(WantedLimits(kTable, CgroupOptions()).empty());
}

TEST(WantedLimits, ValuesAreTheKernels) {
  CgroupOptions options;
  options.pids_max = 20;
  options.memory_max = Bytes{1 << 20};
  options.memory_oom_group = false;
  options.cpu_max = Decimal{1500};
  const auto limits = WantedLimits(kTable, options);
  ASSERT_EQ(limits.size(), 5U);
  EXPECT_EQ(limits[0].value, "20");
  EXPECT_EQ(limits[1].value, "100000");
  EXPECT_EQ(limits[2].value, "150000");
  EXPECT_EQ(limits[3].value, "1048576");
  EXPECT_EQ(limits[4].value, "0");
  EXPECT_EQ(OptionOf(limits, "pids"), "pids.max");
  EXPECT_EQ(ControllersOf(limits), (std::vector<std::string>{"pids", "cpu", "memory"}));
}

TEST(WantedLimits, NoLimitIsMax) {
  CgroupOptions options;
  options.pids_max = kMax;
  options.memory_max = Bytes{kMax};
  options.cpu_max = Decimal{kMax};
  EXPECT_EQ(ErrorOf(options), "");
  for (const LimitWrite& limit : WantedLimits(kTable, options)) {
    if (limit.file == "period") continue;
    EXPECT_EQ(limit.value, "max") << limit.file;
  }
}

TEST(CpuQuota, TheLeastCpuIsTheKernelsLeastQuota) {
  CgroupOptions options;
  options.cpu_max = Decimal{CgroupOptions::kMinCpu};
  EXPECT_EQ(CpuQuota(options), Lines{"1000"});
  EXPECT_EQ(ErrorOf(options), "");
}

TEST(CpuQuota, IsOfThePeriod) {
  CgroupOptions options;
  options.cpu_max = Decimal{500};
  options.cpu_period = milliseconds(10);
  EXPECT_EQ(CpuQuota(options), Lines{"5000"});
  EXPECT_EQ(CpuPeriod(options), Lines{"10000"});
}

TEST(CpuQuota, TheMostDoesNotOverflow) {
  CgroupOptions options;
  options.cpu_max = Decimal{CgroupOptions::kMaxCpu};
  options.cpu_period = nanoseconds(CgroupOptions::kMaxPeriod);
  EXPECT_EQ(CpuQuota(options), Lines{"8192000000"});
}

TEST(CheckCgroupOptions, TakesNoOptionAtAll) { EXPECT_EQ(ErrorOf(CgroupOptions()), ""); }

TEST(CheckCgroupOptions, OfRealTimeTheRuntimeFitsIntoThePeriod) {
  CgroupOptions options;
  options.cpu_rt_period = milliseconds(20);
  EXPECT_EQ(ErrorOf(options),
            "cpu.rt_period without cpu.rt_runtime (there is no time that it would count)");
  options.cpu_rt_runtime = milliseconds(20);
  EXPECT_EQ(ErrorOf(options), "");
  options.cpu_rt_runtime = milliseconds(21);
  EXPECT_EQ(ErrorOf(options),
            "cpu.rt_runtime is more than its period \"21000us\" (at most 20000us)");
}

TEST(CheckCgroupOptions, RefusesAQuotaBelowTheKernelsLeast) {
  CgroupOptions options;
  options.cpu_max = Decimal{10};
  options.cpu_period = milliseconds(50);
  EXPECT_EQ(ErrorOf(options),
            "cpu.max of a cpu.period is too little \"500us\" (the kernel's least is 1ms: raise "
            "cpu.max or cpu.period)");
}

TEST(CheckCgroupOptions, RefusesABurstThatTheKernelWouldRefuse) {
  CgroupOptions options;
  options.cpu_max_burst = milliseconds(60);
  EXPECT_EQ(ErrorOf(options),
            "cpu.max.burst without cpu.max (there is no limit that it could exceed)");
  options.cpu_max = Decimal{500};
  EXPECT_EQ(ErrorOf(options),
            "cpu.max.burst is more than cpu.max gives in one period \"60000us\" (at most 50000us)");
  options.cpu_max_burst = milliseconds(50);
  EXPECT_EQ(ErrorOf(options), "");
}

TEST(CheckCgroupOptions, BlamesTheOption) {
  const auto option_of = [](const CgroupOptions& options) {
    const Status status = CheckCgroupOptions(options);
    return status.ok() ? std::string() : std::string(status.error()->option);
  };
  CgroupOptions options;
  options.parent = "a";
  EXPECT_EQ(option_of(options), "parent");
  options = CgroupOptions();
  options.cpu_max_burst = milliseconds(60);
  EXPECT_EQ(option_of(options), "cpu.max.burst");
  options = CgroupOptions();
  options.cpuset_mems = "x";
  EXPECT_EQ(option_of(options), "cpuset.mems");
  options = CgroupOptions();
  options.misc_max = {{"sev", -1}};
  EXPECT_EQ(option_of(options), "misc.max.sev");
  options = CgroupOptions();
  options.unified = {{"cgroup.procs", "1"}};
  EXPECT_EQ(option_of(options), "unified.cgroup.procs");
}

TEST(CheckCgroupOptions, RefusesPartsOfAMicrosecond) {
  CgroupOptions options;
  options.cpu_period = nanoseconds(1'000'500);
  EXPECT_EQ(ErrorOf(options),
            "cpu.period: not a whole number of microseconds \"1000500ns\" (the kernel counts in "
            "microseconds)");
}

TEST(CheckCgroupOptions, RefusesAListThatTheKernelWouldNotTake) {
  CgroupOptions options;
  options.cpuset_cpus = "0-";
  EXPECT_EQ(ErrorOf(options),
            "cpuset.cpus: not a list of numbers \"0-\" (write numbers up to 8191 and ranges, such "
            "as 0-3,8)");
}

TEST(CheckCgroupOptions, RefusesAPartitionOfNoCpus) {
  CgroupOptions options;
  options.cpuset_partition = CpusetPartition::kMember;
  EXPECT_EQ(ErrorOf(options), "");
  options.cpuset_partition = CpusetPartition::kRoot;
  EXPECT_EQ(ErrorOf(options),
            "cpuset.partition without cpuset.cpus (say which CPUs are the container's alone)");
}

TEST(CheckCgroupOptions, RefusesAParentThatLeadsUpwards) {
  CgroupOptions options;
  options.parent = "/a/../b";
  EXPECT_EQ(ErrorOf(options), "not a cgroup path \"/a/../b\" (it may not hold \".\" or \"..\")");
}

TEST(CheckCgroupOptions, UnifiedTakesFilesOfControllersAndFewOfTheCgroup) {
  CgroupOptions options;
  options.unified = {{"memory.high", "1G"}, {"cgroup.max.depth", "2"}};
  EXPECT_EQ(ErrorOf(options), "");
  for (const char* file : {"cgroup.procs", "cgroup.subtree_control", "cgroup.kill", "cgroup.type",
                           "cgroup.threads", "cgroup.freeze", "../memory.max", "a/b.c", "memory",
                           "", ".", "..", ".hidden", "memory.max x"}) {
    options.unified = {{file, "1"}};
    EXPECT_NE(ErrorOf(options), "") << file;
  }
  options.unified = {{"cgroup.procs", "1"}};
  EXPECT_EQ(ErrorOf(options),
            "unified: not for a container to set \"cgroup.procs\" (of cgroup.*, only max.depth, "
            "max.descendants and pressure are)");
  options.unified = {{"memory.high", "1\n2"}};
  EXPECT_NE(ErrorOf(options), "");
}

TEST(CheckCgroupOptions, NamesInMapsArePlain) {
  CgroupOptions options;
  options.hugetlb_max = {{"2MB/../x", Bytes{0}}};
  EXPECT_EQ(ErrorOf(options),
            "hugetlb.max: not a name \"2MB/../x\" (without blanks and slashes, as the kernel has "
            "it)");
  options = CgroupOptions();
  options.misc_max = {{"sev", -1}};
  EXPECT_EQ(ErrorOf(options),
            "misc.max: out of range \"sev: -1\" (write an integer of at least 0)");
  options = CgroupOptions();
  options.rdma_max = {{"mlx5_0", RdmaMax()}};
  EXPECT_EQ(ErrorOf(options), "rdma.max: no limit for \"mlx5_0\" (give hca_handle or hca_object)");
}

TEST(RefuseLacking, NamesWhatTheVersionDoesNotHave) {
  constexpr std::array kLacking = {
      LackingOption{"memory.high", Given<&CgroupOptions::memory_high>, "use memory.max"}};
  CgroupOptions options;
  EXPECT_TRUE(RefuseLacking(kLacking, "cgroup v1", options).ok());
  options.memory_high = Bytes{0};
  const Status refused = RefuseLacking(kLacking, "cgroup v1", options);
  EXPECT_EQ(refused.error().ToString(), "cgroup v1 has no \"memory.high\" (use memory.max)");
  EXPECT_STREQ(refused.error()->option, "memory.high");
}

}  // namespace
}  // namespace slipway::cgroup
