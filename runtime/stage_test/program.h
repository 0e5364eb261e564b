// Runs a program, with its output caught, until it ends: not until all have ended that it left
// behind.

#ifndef SLIPWAY_RUNTIME_STAGE_TEST_PROGRAM_H_
#define SLIPWAY_RUNTIME_STAGE_TEST_PROGRAM_H_

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/stage_test/expectation.h"

namespace slipway::stage_test {

struct Program {
  std::vector<std::string> argv;   // argv[0] is its path
  std::string input = {};          // what standard input holds
  std::string config = {};         // what descriptor kConfigFd holds
  std::string folder = {};         // in which it works; empty: the current one
  std::optional<uid_t> user = {};  // who runs it; absent: this user
  std::chrono::seconds timeout{60};
  bool to_its_end = false;  // no signal to this process ends it early
};

inline constexpr int kConfigFd = 3;

// Of its output each stream is kept up to kMostOutput bytes; Run::cut tells of more.
inline constexpr size_t kMostOutput = size_t{4} << 20;

// Once SIGINT, SIGTERM or SIGHUP has come, the program that runs is killed, as when its time is
// over.
// Fails where the program cannot be executed at all.
Result<Run> RunProgram(const Program& program);

// This process, a child that was forked for it, is this user from now on, with a group of the same
// number and no other. Absent: it stays who it is. False, with errno: it may not.
bool BecomeUserOf(const std::optional<uid_t>& user);

// From now on these signals end what runs, and not this process.
void EndOnSignals();
// The first that came; 0: none.
int SignalToEnd();

}  // namespace slipway::stage_test

#endif  // SLIPWAY_RUNTIME_STAGE_TEST_PROGRAM_H_
