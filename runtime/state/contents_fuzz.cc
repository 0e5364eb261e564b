// Fuzzes the reading of a journal. An input is the payloads of its lines; the checksums, which no
// fuzzer would guess, are put before them here.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "runtime/state/contents.h"
#include "runtime/state/line.h"

namespace slipway::state {
namespace {

constexpr const char* kPath = "/run/slipway/fuzz/journal";

std::string JournalOf(std::string_view payloads) {
  std::string journal;
  while (!payloads.empty()) {
    const std::string_view payload = payloads.substr(0, payloads.find('\n'));
    journal += FormatLine(payload);
    payloads.remove_prefix(std::min(payloads.size(), payload.size() + 1));
  }
  return journal;
}

std::string Format(const Contents& contents) {
  std::string journal = FormatFacts(contents.facts, contents.boot);
  if (contents.child) journal += FormatChild(*contents.child);
  for (const Entry& entry : contents.entries) journal += FormatEntry(entry.stage, entry.record);
  return journal;
}

// What has been read is what would be written for it.
void CheckComplete(const Contents& contents) {
  const std::string journal = Format(contents);
  const auto again = ParseContents(journal, kPath);
  if (!again.ok() || !again->complete || Format(*again) != journal) std::abort();
}

void Read(std::string_view journal) {
  const auto contents = ParseContents(journal, kPath);
  if (!contents.ok()) {
    if (!contents.error().ToString().starts_with(kPath)) std::abort();
    return;
  }
  for (const Entry& entry : contents->entries) {
    if (entry.stage >= contents->facts.stages.size()) std::abort();
  }
  if (contents->complete) CheckComplete(*contents);
}

void CheckLine(std::string_view payload) {
  std::string line = FormatLine(payload);
  line.pop_back();
  if (line.find('\n') != std::string::npos || ParseLine(line) != payload) std::abort();
}

}  // namespace
}  // namespace slipway::state

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string journal = slipway::state::JournalOf(input);
  slipway::state::Read(journal);
  // Cut short, as by a host that died while it wrote; and without any checksum.
  slipway::state::Read(std::string_view(journal).substr(0, journal.size() - size / 2));
  slipway::state::Read(input);
  slipway::state::CheckLine(input);
  return 0;
}
