// Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst, cgroup-v1/cpuacct.rst.

#include "plugins/cgroup/figures.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "plugins/cgroup/cgroup.h"
#include "plugins/cgroup/life.h"
#include "runtime/sys/file.h"

namespace slipway::cgroup {
namespace {

struct Figure {
  const char* file;
  const char* key;   // empty: the file holds the number alone
  const char* name;  // for both versions
  int64_t divisor;   // from the file's unit to the figure's
};

constexpr Figure kFigures[] = {
    {"memory.peak", "", "memory.peak", 1},                // v2, bytes
    {"memory.max_usage_in_bytes", "", "memory.peak", 1},  // v1
    {"memory.events", "oom_kill", "memory.oom_kill", 1},  // v2
    {"memory.oom_control", "oom_kill", "memory.oom_kill", 1},
    {"pids.peak", "", "pids.peak", 1},              // where the kernel has it
    {"pids.events", "max", "pids.max_reached", 1},  // both
    {"cpu.stat", "usage_usec", "cpu.usage_usec", 1},
    {"cpuacct.usage", "", "cpu.usage_usec", 1000},  // v1, ns
    {"cpu.stat", "nr_throttled", "cpu.nr_throttled", 1},
    {"cpu.stat", "throttled_usec", "cpu.throttled_usec", 1},
    {"cpu.stat", "throttled_time", "cpu.throttled_usec", 1000},  // v1, ns
    {"io.stat", "rbytes", "io.read_bytes", 1},
    {"io.stat", "wbytes", "io.written_bytes", 1},
    {"blkio.throttle.io_service_bytes", "Read", "io.read_bytes", 1},
    {"blkio.throttle.io_service_bytes", "Write", "io.written_bytes", 1},
};

Result<bool> IsStill(const CgroupRecord& record) {
  struct stat about {};
  if (stat(record.path.c_str(), &about) == 0) return about.st_ino == record.inode;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return Error(errno, "look at the cgroup", record.path);
}

// What this process lacks to read it; all else says that the kernel has no such figure.
bool RanOut(int errno_value) {
  return errno_value == EMFILE || errno_value == ENFILE || errno_value == ENOMEM;
}

// nullopt: there is none.
Result<std::optional<int64_t>> Read(const std::string& cgroup, const Figure& figure) {
  auto text = sys::ReadFile(cgroup + "/" + figure.file);
  if (!text.ok() && RanOut(text.error()->errno_value)) return std::move(text).status();
  if (!text.ok()) return std::optional<int64_t>();
  const std::optional<int64_t> value = FigureIn(*text, figure.key);
  return value ? std::optional(*value / figure.divisor) : std::nullopt;
}

std::string Limit(const std::string& cgroup) {
  for (const char* file : {"/memory.max", "/memory.limit_in_bytes"}) {
    const auto text = sys::ReadFile(cgroup + file);
    if (text.ok()) return " (its limit is " + text->substr(0, text->find('\n')) + " bytes)";
  }
  return {};
}

}  // namespace

std::optional<int64_t> FigureIn(std::string_view text, std::string_view key) {
  std::optional<int64_t> sum;
  bool wanted = key.empty();
  for (std::string_view word : Split(text, " \n=")) {
    if (wanted) {
      int64_t value = 0;
      if (std::from_chars(word.data(), word.data() + word.size(), value).ec == std::errc()) {
        sum = sum.value_or(0) + value;
      }
      if (key.empty()) return sum;
    }
    wanted = word == key;
  }
  return sum;
}

Status ReportCgroup(std::string_view text, Figures& figures) {
  ASSIGN_OR_RETURN(const CgroupRecord record, ParseRecord(text));
  if (record.kind != CgroupRecord::Kind::kMade) return Ok();
  ASSIGN_OR_RETURN(const bool is_still, IsStill(record));
  if (!is_still) return Ok();
  for (const Figure& figure : kFigures) {
    ASSIGN_OR_RETURN(const std::optional<int64_t> value, Read(record.path, figure));
    if (!value) continue;
    RETURN_IF_ERROR(figures.Add(figure.name, *value));
    if (std::string_view(figure.name) != "memory.oom_kill" || *value == 0) continue;
    RETURN_IF_ERROR(figures.SetCause(SLIPWAY_OUT_OF_MEMORY));
    const std::string processes = *value == 1 ? "a process" : std::to_string(*value) + " processes";
    RETURN_IF_ERROR(figures.AddNote("out of memory: the kernel killed " + processes +
                                    " of the container" + Limit(record.path)));
  }
  return Ok();
}

}  // namespace slipway::cgroup
