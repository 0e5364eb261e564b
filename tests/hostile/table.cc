#include "tests/hostile/table.h"

#include <functional>
#include <map>
#include <regex>
#include <set>

namespace slipway::testing {
namespace {

constexpr char kOpen[] = "**open**";

// In the control all is open but what is known; elsewhere it is the other way round.
bool IsOpenBy(const Case& one, const std::string& attempt) {
  return (one.where == Where::kControl) == (KnownOf(one, attempt) == nullptr);
}

std::string Table(const std::vector<Attempt>& attempts,
                  const std::function<std::string(const Case&, const std::string&)>& cell) {
  std::string head = kFirstLine;
  std::string line = "|---|---|";
  for (const Case& one : Cases()) {
    head += std::string(" ") + one.name + " |";
    line += "---|";
  }
  std::string table = head + "\n" + line + "\n";
  for (const Attempt& attempt : attempts) {
    const std::string text = attempt.text + (attempt.testbed_alone ? "; in the testbed alone" : "");
    table += "| " + attempt.name + " | " + text + " |";
    for (const Case& one : Cases()) table += " " + cell(one, attempt.name) + " |";
    table += "\n";
  }
  return table;
}

}  // namespace

bool IsExpected(const Case& one, const std::string& attempt, const Outcome& outcome) {
  if (outcome.kind == Outcome::Kind::kBroken) return false;
  const bool is_open = outcome.kind == Outcome::Kind::kOpen;
  return is_open == IsOpenBy(one, attempt) || (!is_open && !IsTestbed());
}

std::string ExpectedInWords(const Case& one, const std::string& attempt) {
  return IsOpenBy(one, attempt) ? kOpen : "refused";
}

std::string InWords(const Outcome& outcome) {
  if (outcome.kind == Outcome::Kind::kOpen) return kOpen;
  return outcome.kind == Outcome::Kind::kRefused ? "refused (" + outcome.cause + ")" : "broken";
}

const char kFirstLine[] = "| try | what it would open |";

std::string TableOf(const std::string& readme, const std::string& first_line) {
  const size_t begin = readme.find("\n" + first_line);
  if (begin == std::string::npos) return "";
  const size_t end = readme.find("\n\n", begin);
  return readme.substr(begin + 1, end - begin);
}

std::string WithoutCauses(const std::string& table) {
  return std::regex_replace(table, std::regex("refused \\([^)]*\\)"), "refused");
}

std::string TableOfReasons(const std::vector<Attempt>& attempts) {
  std::vector<std::string> order;
  std::map<std::string, std::set<std::string>> tries;
  std::map<std::string, std::string> columns;
  for (const Case& one : Cases()) {
    for (const Attempt& attempt : attempts) {
      const Known* known = KnownOf(one, attempt.name);
      if (known == nullptr) continue;
      if (!tries.contains(known->why)) order.push_back(known->why);
      tries[known->why].insert(attempt.name);
      std::string& in = columns[known->why];
      if (!in.ends_with(one.name)) in += (in.empty() ? "" : ", ") + std::string(one.name);
    }
  }
  std::string table = "| why | where | tries |\n|---|---|---|\n";
  for (const std::string& why : order) {
    std::string names;
    for (const std::string& name : tries[why]) names += (names.empty() ? "" : ", ") + name;
    table += "| " + why + " | " + columns[why] + " | " + names + " |\n";
  }
  return table;
}

std::string TableOfNumbers(const std::vector<Attempt>& attempts) {
  std::string table = "| in | refused | open |\n|---|---|---|\n";
  for (const Case& one : Cases()) {
    size_t open = 0;
    for (const Attempt& attempt : attempts) open += IsOpenBy(one, attempt.name) ? 1 : 0;
    table += std::string("| ") + one.name + " | " + std::to_string(attempts.size() - open) + " | " +
             std::to_string(open) + " |\n";
  }
  return table;
}

std::string TableOfExpectations(const std::vector<Attempt>& attempts) {
  return Table(attempts, ExpectedInWords);
}

std::string TableOfOutcomes(const std::vector<Attempt>& attempts,
                            const std::map<std::string, std::map<std::string, Outcome>>& outcomes) {
  return Table(attempts, [&outcomes](const Case& one, const std::string& attempt) {
    return InWords(outcomes.at(one.name).at(attempt));
  });
}

}  // namespace slipway::testing
