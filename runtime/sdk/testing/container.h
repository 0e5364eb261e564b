// Runs containers for tests as a user does: through the built host and the built plugins.
//
//   TEST(Hello, SaysHello) {
//     ContainerTest test;
//     test.Write("hello.yaml", "version: 1\nstages: [hello]\n");
//     RunResult result = test.RunContainer("hello.yaml", {"/bin/echo", "hi"});
//     EXPECT_EQ(result.out, "hi\n");
//   }
//
// The test gets a mount namespace of its own, with shared propagation, and stands for the host.
// After each container the census must be what it was before: no process, no mount outside, no
// cgroup with the container's id is left; else the test fails.

#ifndef SLIPWAY_RUNTIME_SDK_TESTING_CONTAINER_H_
#define SLIPWAY_RUNTIME_SDK_TESTING_CONTAINER_H_

#include <memory>
#include <string>
#include <vector>

#include "runtime/sdk/testing/process.h"

namespace slipway::testing {

// A file of the test's runfiles by its path in the workspace, such as "runtime/runtime".
std::string Runfile(const std::string& path);

// The text of a file; "" when it cannot be read.
std::string ReadText(const std::string& path);

// Is this test run by root? Namespaces, mounts and cgroups need it.
bool IsRoot();

class ContainerTest {
 public:
  ContainerTest();  // makes an empty folder of its own
  ContainerTest(const ContainerTest&) = delete;
  ContainerTest& operator=(const ContainerTest&) = delete;
  ~ContainerTest();  // removes it

  const std::string& folder() const { return folder_; }

  // The path of `name` in the folder.
  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  // Writes a file into the folder, and makes the folders on the way. Returns its path.
  std::string Write(const std::string& name, const std::string& text) const;

  // A small root filesystem with busybox, at <folder>/root: bin, dev (null, zero, tty), etc,
  // proc, root, sys, tmp. Returns its path.
  std::string MakeRoot() const;

  // A config with the given lines below `stages:`, at <folder>/test.yaml. Returns its path.
  std::string WriteStages(const std::string& lines) const;

  // What `runtime plan` says of a pipeline of these stages, on a root of MakeRoot.
  RunResult Plan(const std::string& stages);

  // The id that the next container gets.
  const std::string& next_id() const { return id_; }

  // The words that run `command` in a container of the config: the host, --config, --name.
  std::vector<std::string> Argv(const std::string& config, const std::vector<std::string>& command,
                                const std::vector<std::string>& flags = {}) const;

  // Runs a container to its end, and takes the census.
  RunResult RunContainer(const std::string& config, const std::vector<std::string>& command,
                         const RunOptions& options = {},
                         const std::vector<std::string>& flags = {});

  // Runs /bin/sh -c `script` in a container of these stages, on a root of MakeRoot.
  RunResult RunScript(const std::string& stages, const std::string& script);

  // Takes the census of what has run since the last one: fails the test when anything is left.
  void ExpectNothingLeft();

 private:
  std::string folder_;
  std::string id_;
  std::string mounts_before_;
};

// Returns once a container in this state folder runs, which is a moment after its command does.
void AwaitRunning(const std::string& state);

}  // namespace slipway::testing

#endif  // SLIPWAY_RUNTIME_SDK_TESTING_CONTAINER_H_
