// Which option an error of a hook blames: the record itself, before the host makes a line of it.

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/testing/container.h"
#include "runtime/sdk/testing/host.h"

namespace {

namespace fs = std::filesystem;

constexpr const char* kPlugin = "plugins/mount/libmount_stage.so";

slipway_value Path(const std::string& path) {
  slipway_value value{};
  value.type = SLIPWAY_PATH;
  value.as.string = path.c_str();
  return value;
}

slipway_value Number(uint32_t type, int64_t number) {
  slipway_value value{};
  value.type = type;
  value.as.integer = number;
  return value;
}

slipway_value Group(uint32_t type, const std::vector<slipway_value>& items) {
  slipway_value value{};
  value.type = type;
  value.count = static_cast<uint32_t>(items.size());
  value.as.items = items.data();
  return value;
}

class MountBlame : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    void* library = dlopen((std::string("./") + kPlugin).c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    const void* plugin = dlsym(library, SLIPWAY_PLUGIN_SYMBOL);
    ASSERT_NE(plugin, nullptr) << dlerror();
    stage_ = static_cast<const slipway_plugin*>(plugin)->stages[0];
    root_ = test_.MakeRoot();
    Set("root", Path(root_));
    Set("method", Number(SLIPWAY_ENUM, 0));
  }

  void Set(const std::string& name, const slipway_value& value) {
    values_.resize(stage_->option_count);
    for (uint32_t i = 0; i < stage_->option_count; ++i) {
      if (name == stage_->options[i].name) values_[i] = value;
    }
  }

  // The option that the hook blames; "none" when it succeeds.
  template <typename Hook>
  std::string Blamed(Hook hook) const {
    void* object = nullptr;
    slipway_error error;
    const slipway_host host = slipway::testing::HostForTests();
    if (stage_->create(&host, nullptr, values_.data(), &object, &error) != 0)
      return "create failed";
    const int result = hook(object, &error);
    stage_->destroy(object);
    if (result == 0) return "none";
    const slipway::ErrorRecord& said = error.record;
    return with_hint_ ? std::string(said.option) + ": " + said.hint : said.option;
  }

  std::string BlamedByProbe() const {
    return Blamed([this](void* object, slipway_error* error) {
      return stage_->probe(object, nullptr, error);
    });
  }

  // In a child with its own mounts.
  std::string BlamedByInChild() const {
    int ends[2];
    if (pipe(ends) != 0) return "no pipe";
    const pid_t pid = fork();
    if (pid == 0) {
      const std::string blamed = Blamed([this](void* object, slipway_error* error) {
        if (unshare(CLONE_NEWNS) != 0 || !prepare_()) return 0;
        return stage_->in_child(object, nullptr, error);
      });
      _exit(write(ends[1], blamed.data(), blamed.size()) > 0 ? 0 : 1);
    }
    close(ends[1]);
    char text[256] = {};
    EXPECT_GE(read(ends[0], text, sizeof(text) - 1), 0);
    close(ends[0]);
    waitpid(pid, nullptr, 0);
    return text;
  }

  slipway::testing::ContainerTest test_;
  const slipway_stage* stage_ = nullptr;
  std::vector<slipway_value> values_;
  std::string root_;
  bool with_hint_ = false;
  std::function<bool()> prepare_ = [] { return true; };  // in the child
};

// From here on the call fails with EINVAL, as the kernel says it: seccomp(2).
bool Refuse(uint32_t call) {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {.len = std::size(filter), .filter = filter};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST_F(MountBlame, TheRootIsBlamed) {
  EXPECT_EQ(BlamedByProbe(), "none");
  const std::string missing = test_.Path("missing");
  Set("root", Path(missing));
  EXPECT_EQ(BlamedByProbe(), "root");
  EXPECT_EQ(BlamedByInChild(), "root");
  Set("overlay", Number(SLIPWAY_BOOL, 1));
  EXPECT_EQ(BlamedByInChild(), "root");
}

TEST_F(MountBlame, EachBindIsBlamedByItsPart) {
  const std::string there = test_.Path("there");
  const std::string missing = test_.Path("missing");
  const std::string target = "/tmp";
  const std::string nowhere = "/nowhere";
  fs::create_directory(there);
  const auto no = Number(SLIPWAY_BOOL, 0);
  const std::vector<slipway_value> good{Path(there), Path(target), no};
  const std::vector<slipway_value> no_source{Path(missing), Path(target), no};
  const std::vector<slipway_value> no_target{Path(there), Path(nowhere), no};
  const std::vector<slipway_value> second{Group(SLIPWAY_RECORD, good),
                                          Group(SLIPWAY_RECORD, no_source)};
  Set("binds", Group(SLIPWAY_LIST, second));
  EXPECT_EQ(BlamedByProbe(), "binds[1].source");
  EXPECT_EQ(BlamedByInChild(), "binds[1].source");
  const std::vector<slipway_value> third{Group(SLIPWAY_RECORD, good), Group(SLIPWAY_RECORD, good),
                                         Group(SLIPWAY_RECORD, no_target)};
  Set("binds", Group(SLIPWAY_LIST, third));
  EXPECT_EQ(BlamedByProbe(), "none");
  EXPECT_EQ(BlamedByInChild(), "binds[2].target");
}

// As on a machine that runs from its initramfs.
TEST_F(MountBlame, TheMethodIsBlamedWherePivotRootCannotWork) {
  with_hint_ = true;
  prepare_ = [] { return Refuse(SYS_pivot_root); };
  EXPECT_EQ(BlamedByInChild(),
            "method: the host's / is an initramfs, or no mount point: set method: chroot");
}

TEST_F(MountBlame, ATmpfsIsBlamedByItsTarget) {
  const std::string nowhere = "/nowhere";
  const std::vector<slipway_value> fields{Path(nowhere), slipway_value{},
                                          Number(SLIPWAY_MODE, 0755)};
  const std::vector<slipway_value> list{Group(SLIPWAY_RECORD, fields)};
  Set("tmpfs", Group(SLIPWAY_LIST, list));
  EXPECT_EQ(BlamedByInChild(), "tmpfs[0].target");
}

}  // namespace
