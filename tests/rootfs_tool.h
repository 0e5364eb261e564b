// tools/rootfs where an installed tree has it, for users who are not root, and a small root
// filesystem for it as a tarball.

#ifndef SLIPWAY_TESTS_ROOTFS_TOOL_H_
#define SLIPWAY_TESTS_ROOTFS_TOOL_H_

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {

// Nobody else on the machine has it.
inline uid_t PlainUser() { return 100000 + static_cast<uid_t>(getpid()); }

class RootfsTool {
 public:
  // folder: one that everybody can search. Only files below it are made.
  explicit RootfsTool(std::string folder) : folder_(std::move(folder)) {
    namespace fs = std::filesystem;
    const std::string tools = folder_ + "/lib/slipway/tools/";
    fs::create_directories(tools);
    fs::create_directories(folder_ + "/bin");
    for (const char* name : {"rootfs", "packages.sh", "user_namespace.sh", "aptsources.py"}) {
      fs::copy_file(Runfile(std::string("tools/") + name), tools + name);
      EXPECT_EQ(chmod((tools + name).c_str(), 0755), 0);
    }
    fs::create_symlink("../lib/slipway/tools/rootfs", path());
    fs::create_directory(data());
    EXPECT_EQ(chown(data().c_str(), PlainUser(), PlainUser()), 0);
  }

  std::string path() const { return folder_ + "/bin/slipway-rootfs"; }
  std::string tarball() const { return folder_ + "/root.tar"; }

  // XDG_DATA_HOME of the user, and what slipway-rootfs makes there.
  std::string data() const { return folder_ + "/data"; }
  std::string rootfs() const { return data() + "/slipway/rootfs"; }
  std::string made() const { return rootfs() + "/ubuntu"; }
  std::map<std::string, std::string> Environment() const {
    return {{"HOME", folder_}, {"XDG_DATA_HOME", data()}};
  }

  // Of what lies in the folder, with the owners and modes that it has there.
  void Pack(const std::string& root) const {
    const RunResult packed =
        RunProgram({"/bin/tar", "-C", root, "--numeric-owner", "-cf", tarball(), "."});
    EXPECT_EQ(packed.status, 0) << packed.err;
    EXPECT_EQ(chmod(tarball().c_str(), 0644), 0);
  }

  RunResult Run(std::vector<std::string> words) const {
    words.insert(words.begin(), path());
    return RunProgram(words, {.uid = PlainUser(), .environment = Environment()});
  }

 private:
  std::string folder_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_ROOTFS_TOOL_H_
