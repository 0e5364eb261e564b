// The machine's /etc and /usr/bin as this process alone sees them: with files of the test's own in
// front.

#ifndef SLIPWAY_TESTS_SYSTEM_FILES_H_
#define SLIPWAY_TESTS_SYSTEM_FILES_H_

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {

class SystemFiles {
 public:
  explicit SystemFiles(const std::string& folder) : folder_(folder) {
    static const bool own = unshare(CLONE_NEWNS) == 0 &&
                            mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    EXPECT_TRUE(own);
    std::filesystem::create_directories(folder_);
    EXPECT_EQ(mount("none", folder_.c_str(), "tmpfs", 0, "mode=755"), 0);
    Overlay("/etc", "etc");
    Overlay("/usr/bin", "bin");
    // No machine's users are in the way of the test's.
    for (const char* file : {"/etc/subuid", "/etc/subgid"}) std::ofstream(file).close();
    // One of root's.
    std::ofstream(uts_namespace()).close();
    EXPECT_EQ(RunProgram({"/usr/bin/unshare", "--uts=" + uts_namespace(), "/bin/true"}).status, 0);
    std::filesystem::remove("/usr/bin/newuidmap");
    std::filesystem::remove("/usr/bin/newgidmap");
  }
  SystemFiles(const SystemFiles&) = delete;
  SystemFiles& operator=(const SystemFiles&) = delete;

  ~SystemFiles() {
    for (const std::string& point : {std::string("/usr/bin"), std::string("/etc"), folder_}) {
      EXPECT_EQ(umount2(point.c_str(), MNT_DETACH), 0) << point;
    }
    std::filesystem::remove(folder_);
  }

  std::string uts_namespace() const { return folder_ + "/uts"; }

  // A thousand subordinate ids.
  void GiveIds(uid_t user) const {
    const std::string line = std::to_string(user) + ":300000:1000\n";
    for (const char* file : {"/etc/subuid", "/etc/subgid"}) std::ofstream(file) << line;
  }

  // newuidmap(1) and newgidmap(1) that take any map.
  void InstallIdHelpers() const {
    for (const char* name : {"/usr/bin/newuidmap", "/usr/bin/newgidmap"}) {
      std::filesystem::copy_file(Runfile("tests/id_map_helper"), name);
      chmod(name, 04755);
    }
  }

 private:
  void Overlay(const std::string& point, const std::string& name) const {
    const std::string upper = folder_ + "/" + name;
    for (const char* end : {"", ".work"}) std::filesystem::create_directories(upper + end);
    const std::string options =
        "lowerdir=" + point + ",upperdir=" + upper + ",workdir=" + upper + ".work";
    EXPECT_EQ(mount("none", point.c_str(), "overlay", 0, options.c_str()), 0) << point;
  }

  const std::string folder_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_SYSTEM_FILES_H_
