#include "plugins/seccomp/calls.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/sdk/nearest.h"

namespace seccomp {
namespace {

#include "plugins/seccomp/generated.inc"

// In the order of their bytes.
std::string_view NameAt(size_t index) { return &kNames[kNameAt[index]]; }

}  // namespace

size_t KindCount() { return std::size(kKinds); }
const Kind& KindAt(size_t index) { return kKinds[index]; }

std::vector<Architecture> AllArchitectures() {
  std::vector<Architecture> all;
  for (const Kind& kind : kKinds) {
    Architecture made{kind.audit, kind.wide, kind.first, true, {}};
    const uint32_t* const numbers = kNumbers[all.size()];
    for (size_t i = 0; i < std::size(kNameAt); ++i) {
      if (numbers[i] != kNone) made.calls.emplace_back(NameAt(i), numbers[i]);
    }
    all.push_back(std::move(made));
  }
  return all;
}

bool IsKnown(std::string_view call) {
  size_t begin = 0;
  size_t end = std::size(kNameAt);
  while (begin < end) {
    const size_t middle = (begin + end) / 2;
    const std::string_view name = NameAt(middle);
    if (name == call) return true;
    if (name < call) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return false;
}

std::string NearestCall(std::string_view call) {
  constexpr size_t kLongest = 40;
  if (call.size() > kLongest) return {};
  return slipway::NearestName(call, std::size(kNameAt), NameAt);
}

const sock_filter* DefaultProgram() { return kDefaultProgram; }
size_t DefaultProgramSize() { return std::size(kDefaultProgram); }
const sock_filter* TerminalProgram() { return kTerminalProgram; }
size_t TerminalProgramSize() { return std::size(kTerminalProgram); }
std::string_view DefaultList() { return kDefaultList; }

}  // namespace seccomp
