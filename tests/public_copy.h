// The host and some stages where every user can run them: Bazel's folders belong to root alone.

#ifndef SLIPWAY_TESTS_PUBLIC_COPY_H_
#define SLIPWAY_TESTS_PUBLIC_COPY_H_

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace slipway::testing {

class PublicCopy {
 public:
  // `stages` by the names of their folders: "cgroup_v1".
  explicit PublicCopy(const std::vector<std::string>& stages)
      : folder_("/var/tmp/slipway-test-" + std::to_string(getpid())) {
    std::filesystem::create_directory(folder_);
    chmod(folder_.c_str(), 0755);
    Copy("runtime/runtime");
    for (const std::string& stage : stages) Copy("plugins/" + stage + "/lib" + stage + "_stage.so");
  }
  PublicCopy(const PublicCopy&) = delete;
  PublicCopy& operator=(const PublicCopy&) = delete;
  ~PublicCopy() {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }

  // As Bazel does for a program that is built as a target of its own.
  void LinkConfigs() const {
    const std::string links = host() + ".runfiles/slipway";
    std::filesystem::create_directories(links);
    std::filesystem::create_directory_symlink(Runfile("configs"), links + "/configs");
  }

  // Where an installed tree has its configs. name: "sandbox.yaml".
  void InstallConfig(const std::string& name) const {
    const std::string path = folder_ + "/share/slipway/configs/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::filesystem::copy_file(Runfile("configs/" + name), path);
    chmod(path.c_str(), 0644);
  }

  // A stage of tests/plugins by the name of its source: "good_logs".
  void AddFixture(const std::string& name) const { Copy("tests/plugins/lib" + name + "_stage.so"); }
  std::string fixtures() const { return folder_ + "/tests/plugins"; }

  // With all of it in it, to which a test may add its own.
  const std::string& folder() const { return folder_; }

  std::string host() const { return folder_ + "/runtime/runtime"; }

  // The path of the config.
  std::string Config() const { return folder_ + "/test.yaml"; }

  // A config with the given lines below `stages:`. Returns its path.
  std::string WriteStages(const std::string& lines) const {
    std::string path = Config();
    std::ofstream(path) << "version: 1\nstages:\n" << lines;
    chmod(path.c_str(), 0644);
    return path;
  }

 private:
  void Copy(const std::string& file) const {
    const std::string path = folder_ + "/" + file;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::filesystem::copy_file(Runfile(file), path);
    chmod(path.c_str(), 0755);
  }

  std::string folder_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_PUBLIC_COPY_H_
