// In which containers the hostile program runs, and what is known to be open in each.

#ifndef SLIPWAY_TESTS_HOSTILE_CASES_H_
#define SLIPWAY_TESTS_HOSTILE_CASES_H_

#include <ostream>
#include <string>
#include <vector>

namespace slipway::testing {

enum class Where {
  kControl,  // no container at all: what is refused here could never be open
  kDocker,   // runc, with docker's defaults
  kStages,   // a pipeline of this test's own
  kJoined,   // likewise, let in by `runtime exec`
  kConfig,   // a file of configs/
};

// What is not refused; a kernel or a caller with less than the testbed's may refuse it all the
// same.
struct Known {
  std::string attempt;
  std::string why;
};

struct Case {
  const char* name;  // of the column
  Where where;
  bool plain;          // the caller is no root
  std::string config;  // the lines below `stages:`, or a file's name
  bool root;           // the file needs a root folder
  // What docker refuses must be refused here too, unless `known` has it.
  bool like_docker;
  // Everything else is refused. In the control it is the other way round: all is open but these.
  std::vector<Known> known;
  std::vector<std::string> options = {};  // of the run
  bool subordinate_ids = false;           // the caller has some, and owns the root folder
};

inline std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }

const std::vector<Case>& Cases();
const Case& CaseOf(const std::string& name);

// What is known of a try, or nullptr.
const Known* KnownOf(const Case& one, const std::string& attempt);

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_HOSTILE_CASES_H_
