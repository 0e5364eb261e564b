// Containers with namespaces of unusual kinds: their root on the host is somebody who may not look
// into Bazel's folders.

#ifndef SLIPWAY_TESTS_NAMESPACE_TEST_H_
#define SLIPWAY_TESTS_NAMESPACE_TEST_H_

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/running_container.h"

namespace slipway::testing {

// The folder of all ContainerTests that are made while it lives: everybody reaches it.
class PublicFolder {
 protected:
  PublicFolder() {
    std::filesystem::create_directory(public_folder_);
    chmod(public_folder_.c_str(), 0755);
    if (const char* before = getenv("TEST_TMPDIR"); before != nullptr) before_ = before;
    setenv("TEST_TMPDIR", public_folder_.c_str(), 1);
  }
  PublicFolder(const PublicFolder&) = delete;
  PublicFolder& operator=(const PublicFolder&) = delete;
  ~PublicFolder() {
    before_.empty() ? unsetenv("TEST_TMPDIR") : setenv("TEST_TMPDIR", before_.c_str(), 1);
    std::error_code error;
    std::filesystem::remove_all(public_folder_, error);
  }

  const std::string& public_folder() const { return public_folder_; }

 private:
  const std::string public_folder_ = "/var/tmp/slipway-ns-" + std::to_string(getpid());
  std::string before_;
};

class NamespaceTest : public PublicFolder, public RunningContainer {
 protected:
  void SetUp() override {
    RunningContainer::SetUp();
    chmod(test_.folder().c_str(), 0755);
  }

  static Words Plugins() { return {"--plugin-dir", Runfile("tests/plugins")}; }

  void StartPod(const std::string& stages) { Start(stages, Plugins()); }

  // A container of its own with these stages, below the same state folder.
  RunResult Run(const std::string& stages, const std::string& script,
                const RunOptions& options = {}) const {
    const std::string config = test_.Write("other.yaml", "version: 1\nstages:\n" + stages);
    return RunProgram({Runfile("runtime/runtime"), "--plugin-dir", Runfile("tests/plugins"),
                       "--root", State(), "--config", config, "--", "/bin/sh", "-c", script},
                      options);
  }

  // Of the started container's first process.
  std::string Pid() const {
    const std::string json = Later({"list", "--format", "json"}).out;
    const size_t at = json.find("\"pid\":");
    if (at == std::string::npos) return "none";
    return json.substr(at + 6, json.find_first_not_of("0123456789", at + 6) - at - 6);
  }
  std::string File(const std::string& kind) const { return "/proc/" + Pid() + "/ns/" + kind; }

  // "net:[4026531840]", of the started container.
  std::string Namespace(const std::string& kind) const {
    return std::filesystem::read_symlink(File(kind));
  }
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_NAMESPACE_TEST_H_
