// What is outside of the containers, and what none of them may reach: a secret file, a process,
// keys, memory, listeners and a terminal, all of the test's own.

#ifndef SLIPWAY_TESTS_HOSTILE_OUTSIDE_H_
#define SLIPWAY_TESTS_HOSTILE_OUTSIDE_H_

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugins/network/host_network.h"
#include "runtime/sdk/testing/process.h"

namespace slipway::testing {

class Outside {
 public:
  // subordinate_ids: the user has some, and the root folder is the user's own.
  Outside(uid_t user, bool subordinate_ids);
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;
  ~Outside();

  // A folder of the test's own, on a file system of its own, that everybody can read.
  const std::string& folder() const { return folder_; }
  // The hostile program, and copies that give rights to who executes them.
  std::string programs() const { return folder_ + "/programs"; }
  // A root folder with nothing in it but mount points.
  std::string root() const { return folder_ + "/root"; }
  // The built runtime, where everybody can run it, with all stages.
  std::string host() const { return folder_ + "/built/runtime/runtime"; }
  // One for a runtime's state, the user's own.
  std::string state() const { return folder_ + "/state"; }

  // What the hostile program is told. `programs`: where it sees that folder.
  std::vector<std::string> Arguments(const std::string& programs) const;

  // Runs a program as the caller whom a container must not hurt: with a terminal, descriptors,
  // inheritable capabilities and a secret in its environment.
  RunResult Run(const std::vector<std::string>& argv) const;

 private:
  void MakeFolders() const;
  void CopyHost() const;
  void GiveIds();
  void Listen();
  void MakeKey();
  void MakeMemory() const;

  const uid_t user_;
  const bool subordinate_ids_;
  const std::string folder_;
  std::unique_ptr<Running> victim_;
  std::optional<network::OpenTun> tun_;
  std::vector<std::string> covered_;  // files of the machine's
  std::vector<int> listeners_;
  int port_ = 0;
  int address_port_ = 0;  // of a listener on network::kAddress
  long key_ = 0;
  int opened_ = -1;  // the folder
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_HOSTILE_OUTSIDE_H_
