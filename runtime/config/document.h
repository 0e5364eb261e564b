// A config file whose YAML and whose own keys are right; what its stages want is not known yet.
//
//   version: 1
//   process: {args: [/bin/bash], cwd: /root, env: {LANG: C.UTF-8}}
//   stages:
//     - uts: {hostname: web}
//     - pid
//     - first-of: [cgroup-v2: {pids.max: 20}, cgroup-v1: {pids.max: 20}]
//   plugins:
//     uts: {path: ./libuts_stage.so, sha256: <64 hexadecimal digits>}

#ifndef SLIPWAY_RUNTIME_CONFIG_DOCUMENT_H_
#define SLIPWAY_RUNTIME_CONFIG_DOCUMENT_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/config/node.h"
#include "runtime/config/pins.h"
#include "runtime/config/process.h"
#include "runtime/config/stages.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

inline constexpr size_t kMaxConfigBytes = size_t{1} << 20;

class Document {
 public:
  // Reads the file at `path`, at most kMaxConfigBytes; errors name it as it is given here.
  static Result<Document> Read(const std::string& path);

  // The same for a text that is not in a file. `path` names it, and its folder is the one that
  // relative paths are resolved against.
  static Result<Document> Parse(std::string_view text, const std::string& path);

  const Source& source() const { return source_; }
  const Process& process() const { return process_; }
  const std::vector<RawStep>& steps() const { return steps_; }
  const std::map<std::string, Pin>& pins() const { return pins_; }

 private:
  Document() = default;

  Source source_;
  Process process_;
  std::vector<RawStep> steps_;
  std::map<std::string, Pin> pins_;
};

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_DOCUMENT_H_
