// A stage with every type that an option can have, as a stage declares and reads them. For tests.

#ifndef SLIPWAY_RUNTIME_CONFIG_EVERYTHING_H_
#define SLIPWAY_RUNTIME_CONFIG_EVERYTHING_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/stage.h"

namespace slipway::config {
enum class Access { kOff, kReadOnly, kReadWrite };
}  // namespace slipway::config

template <>
inline constexpr std::array<const char*, 4> slipway::kNamesOf<slipway::config::Access>{
    "off", "read-only", "read-write", nullptr};

namespace slipway::config {

inline constexpr int64_t kKiB = 1024;

// With a text form of all that one can have.
struct Bind {
  static constexpr const char* kTextForm = "source:target:mode:ro=readonly";
  static constexpr auto Options() {
    return OptionTable(Option<&Bind::source>("source", "What is bound", {.required = true}),
                       Option<&Bind::target>("target", "Where it is bound", {.required = true}),
                       Option<&Bind::mode>("mode", "What may be done", {.fallback = "read-only"}),
                       Option<&Bind::readonly>("readonly", "Not to be written to"),
                       Option<&Bind::size>("size", "How large"));
  }
  HostPath source;
  ContainerPath target;
  Access mode = Access::kOff;
  bool readonly = false;
  std::optional<Bytes> size;
};

struct Everything : Stage {
  static constexpr auto Options() {
    return OptionTable(
        Option<&Everything::text>("text", "A text",
                                  {.fallback = "none", .minimum = 1, .maximum = 8}),
        Option<&Everything::flag>("flag", "A flag", {.fallback = "true"}),
        Option<&Everything::tasks>(
            "tasks", "Tasks", {.fallback = "20", .unit = "tasks", .minimum = 1, .maximum = 64}),
        Option<&Everything::cpus>("cpus", "CPUs", {.minimum = 100, .maximum = 8000}),
        Option<&Everything::memory>(
            "memory", "Memory", {.fallback = "1MiB", .minimum = 4 * kKiB, .maximum = kKiB * kKiB}),
        Option<&Everything::wait>("wait", "How long", {.fallback = "1.5s"}),
        Option<&Everything::root>("root", "Root filesystem", {.fallback = "../rootfs"}),
        Option<&Everything::target>("target", "Inside", {.fallback = "/proc"}),
        Option<&Everything::mode>("mode", "Mode", {.fallback = "off"}),
        Option<&Everything::permissions>("permissions", "Permissions", {.fallback = "0755"}),
        Option<&Everything::list>("list", "Some numbers"),
        Option<&Everything::map>("map", "Some sizes"),
        Option<&Everything::binds>("binds", "Some binds"),
        Option<&Everything::bind>("bind", "One bind"));
  }
  std::string text;
  bool flag = false;
  int64_t tasks = 0;
  std::optional<Decimal> cpus;
  Bytes memory;
  std::chrono::nanoseconds wait{};
  HostPath root;
  ContainerPath target;
  Access mode = Access::kReadWrite;
  slipway::Mode permissions;
  std::vector<int64_t> list = {7};
  std::map<std::string, Bytes> map;
  std::vector<Bind> binds;
  std::optional<Bind> bind;
};

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_EVERYTHING_H_
