// The table of README.md: what is tried, what is expected in each case, and what came of it.

#ifndef SLIPWAY_TESTS_HOSTILE_TABLE_H_
#define SLIPWAY_TESTS_HOSTILE_TABLE_H_

#include <map>
#include <string>
#include <vector>

#include "tests/hostile/attempts.h"
#include "tests/hostile/cases.h"

namespace slipway::testing {

// What is refused must be so everywhere; what is open, in the testbed, whose kernel is known.
bool IsExpected(const Case& one, const std::string& attempt, const Outcome& outcome);

// "open", "refused"
std::string ExpectedInWords(const Case& one, const std::string& attempt);
// "open", "refused (EPERM)"
std::string InWords(const Outcome& outcome);

// The lines of a table in the text of a README.md, by its first line.
std::string TableOf(const std::string& readme, const std::string& first_line);
extern const char kFirstLine[];
std::string WithoutCauses(const std::string& table);

// Why what is open is so; and in the control, why what is never open is so.
std::string TableOfReasons(const std::vector<Attempt>& attempts);

// For the README.md of the project: how many.
std::string TableOfNumbers(const std::vector<Attempt>& attempts);

std::string TableOfExpectations(const std::vector<Attempt>& attempts);
std::string TableOfOutcomes(const std::vector<Attempt>& attempts,
                            const std::map<std::string, std::map<std::string, Outcome>>& outcomes);

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_HOSTILE_TABLE_H_
