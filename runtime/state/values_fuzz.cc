// Fuzzes the reading of the options of a stage from a journal.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "runtime/config/everything.h"
#include "runtime/sdk/stage.h"
#include "runtime/state/values.h"

namespace slipway::state {
namespace {

using config::Everything;

constexpr StageInfo kAllInfo{.name = "all", .summary = "All types"};
constexpr slipway_stage kAll = slipway::internal::Adapter<Everything>::Describe(kAllInfo);

void Read(std::string_view text) {
  const auto values = ParseValues(kAll, text);
  if (!values.ok()) return;
  // As a stage reads them; any memory that is not there is found so.
  Everything everything;
  slipway::internal::Options<Everything>::Read(everything, values->data());
  if (everything.permissions.bits > 07777) std::abort();
  if (everything.mode < config::Access::kOff || everything.mode > config::Access::kReadWrite) {
    std::abort();
  }
  const std::string written = FormatValues(kAll, values->data());
  const auto again = ParseValues(kAll, written);
  if (!again.ok() || FormatValues(kAll, again->data()) != written) std::abort();
}

}  // namespace
}  // namespace slipway::state

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  slipway::state::Read({reinterpret_cast<const char*>(data), size});
  return 0;
}
