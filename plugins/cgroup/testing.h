// For tests of the cgroup stages: the built plugin's hooks, called through a host table that only
// notes what the stage asks for, against the real cgroups of the machine.

#ifndef SLIPWAY_PLUGINS_CGROUP_TESTING_H_
#define SLIPWAY_PLUGINS_CGROUP_TESTING_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/clone.h"
#include "runtime/sys/fd.h"

namespace slipway::cgroup::testing {

class HookedStage {
 public:
  // library: path of the plugin, from the workspace's root. id: of the container.
  HookedStage(const std::string& library, std::string id);
  ~HookedStage();  // undoes every record
  HookedStage(const HookedStage&) = delete;
  HookedStage& operator=(const HookedStage&) = delete;

  void Set(const std::string& option, int64_t value);
  void Set(const std::string& option, const std::string& value);

  Status Create();
  Status Probe();               // of what it creates anew
  Status PreClone();            // of what it has probed, or creates and probes
  Status EnterCgroups() const;  // those of v1, by the calling process
  Status Teardown(const std::string& record);
  Status TeardownAll();  // the last record first, as the host does

  const std::string& id() const { return id_; }

  std::vector<std::string> records;
  int cgroup_fd = -1;
  std::vector<int> cgroup_tasks;                               // the stage's
  std::function<Status(const std::string& record)> on_record;  // may fail, or look around

 private:
  std::string id_;
  const slipway_stage* stage_ = nullptr;
  void* object_ = nullptr;
  bool probed_ = false;
  std::vector<slipway_value> values_;
  std::vector<std::string> strings_;
};

// A shell in a process of its own. Dies with this object.
class Shell {
 public:
  // Starts parked: `script` runs after Release. cgroup_fd: the v2 cgroup to be born in, or -1.
  explicit Shell(const std::string& script, int cgroup_fd = -1);
  // The same; it enters the cgroups of v1 of `entered` before it parks.
  Shell(const std::string& script, HookedStage& entered);
  ~Shell();
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  void Release();
  std::string ReadLine();  // of its output
  int Wait();              // wait status
  pid_t pid() const { return process_.pid; }

 private:
  void Start(const std::string& script, int cgroup_fd, HookedStage* entered);

  sys::Cloned process_;
  sys::Fd release_;
  sys::Fd output_;
  bool reaped_ = false;
};

// An id that no other test uses.
std::string UniqueId();

// What is in the file, without the newline at its end; "(none)" when it cannot be read.
std::string Content(const std::string& path);

bool Exists(const std::string& path);

}  // namespace slipway::cgroup::testing

#endif  // SLIPWAY_PLUGINS_CGROUP_TESTING_H_
