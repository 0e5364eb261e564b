// Which system calls fail in the fault sweep, and with which errors: those that the call's man page
// gives, and that a machine in trouble really returns.

#ifndef SLIPWAY_TESTS_SWEEP_FAULTS_H_
#define SLIPWAY_TESTS_SWEEP_FAULTS_H_

#include <string>
#include <vector>

namespace slipway::testing {

struct FaultRow {
  long number = -1;
  const char* name = "";
  int subject = -1;              // the argument that is a path
  std::vector<int> errors = {};  // empty: the call is left out
  const char* reason = "";       // why it is
};

// nullptr: the table lacks the call.
const FaultRow* FindFaults(long number);

std::string NameOfCall(long number);

// -1 for none.
int SubjectArgument(long number);

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_SWEEP_FAULTS_H_
