// Fuzzes the reading of JSON: what was read is written, read and written again, to the same text.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "runtime/sys/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using slipway::sys::ParseJson;
  const auto value = ParseJson({reinterpret_cast<const char*>(data), size}, "input");
  if (!value.ok()) return 0;
  const std::string written = value->Write();
  const auto again = ParseJson(written, "written");
  if (!again.ok() || again->Write() != written) std::abort();
  return 0;
}
