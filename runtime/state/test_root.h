// A state folder for one test, removed with it.

#ifndef SLIPWAY_RUNTIME_STATE_TEST_ROOT_H_
#define SLIPWAY_RUNTIME_STATE_TEST_ROOT_H_

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "runtime/state/contents.h"
#include "runtime/state/root.h"

namespace slipway::state {

class TestRoot : public ::testing::Test {
 protected:
  TestRoot() {
    const char* base = getenv("TEST_TMPDIR");
    folder_ = std::string(base ? base : "/tmp") + "/state-XXXXXX";
    if (!mkdtemp(folder_.data())) abort();
  }
  ~TestRoot() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  std::string State() const { return Path("state"); }
  std::string Journal(const std::string& id) const { return State() + "/" + id + "/journal"; }

  Root MakeRoot() const {
    auto root = Root::Make(State());
    EXPECT_TRUE(root.ok());
    return std::move(root).value();
  }

  static std::string Read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static Facts FactsOf(const std::string& id, bool outlives_host = false) {
    return {.id = id,
            .config = "/c.yaml",
            .since = 1,
            .outlives_host = outlives_host,
            .stages = {{"uts", 1, "build-id:0a", "/libuts_stage.so", "0:"}}};
  }

  // Runs `body` in a process of its own, and gives its exit status.
  template <typename Body>
  static int InChild(Body body) {
    const pid_t pid = fork();
    if (pid == 0) _exit(body());
    int status = 0;
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  std::string folder_;
};

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_TEST_ROOT_H_
