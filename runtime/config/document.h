// A config file whose YAML and whose own keys have been read; what its stages want is not known
// yet.
//
//   version: 1
//   process: {args: [/bin/bash], cwd: /root, env: {LANG: C.UTF-8}, pass: [TZ]}
//   annotations: {org.example.team: web}
//   stages:
//     - uts: {hostname: web}
//     - pid
//     - first-of: [cgroup-v2: {pids.max: 20}, cgroup-v1: {pids.max: 20}]
//   plugins:
//     uts: {path: ./libuts_stage.so, sha256: <64 hexadecimal digits>}
//
//   extends: sandbox                       another config, whose stages come first
//   set: {uts.hostname: web}               changes options of its stages
//
// Keys that begin with "x-" are free, for values that aliases repeat.

#ifndef SLIPWAY_RUNTIME_CONFIG_DOCUMENT_H_
#define SLIPWAY_RUNTIME_CONFIG_DOCUMENT_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/config/annotations.h"
#include "runtime/config/config_text.h"
#include "runtime/config/file_settings.h"
#include "runtime/config/mistakes.h"
#include "runtime/config/node.h"
#include "runtime/config/pins.h"
#include "runtime/config/process.h"
#include "runtime/config/stages.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

struct Extends {
  std::string name;  // as --config takes it; a path begins at this config's folder
  Place place;
};

// Copies share what was read.
class Document {
 public:
  // `name` is that of a ConfigText, and its folder is the one that relative paths are resolved
  // against. Tells all that is wrong, sorted; what is right can be checked further all the same
  // (check.h), except when the text is no YAML or no map.
  static std::optional<Document> Parse(std::string_view text, const std::string& name,
                                       Mistakes& mistakes);

  // The document in which nothing is wrong, or the first mistake.
  static Result<Document> Parse(std::string_view text, const std::string& name);

  const Source& source() const { return contents_->source; }
  const Process& process() const { return contents_->process; }
  const Annotations& annotations() const { return contents_->annotations; }
  const std::vector<RawStep>& steps() const { return contents_->steps; }
  const std::map<std::string, Pin>& pins() const { return contents_->pins; }
  const std::vector<FileSetting>& set() const { return contents_->set; }
  const std::optional<Extends>& extends() const { return contents_->extends; }

  // Puts what it extends below it: the base's stages come first; of process, annotations, plugins
  // and set what this document says counts. Tells what does not go together.
  void Join(const Document& base, Mistakes& mistakes);

  // Does it say which file the stage is to be loaded from, or that any will do? No: a mistake has
  // been told of that.
  bool KnowsFileOf(const std::string& stage) const;

 private:
  struct Contents {
    Source source;
    Process process;
    Annotations annotations;
    std::vector<RawStep> steps;
    std::map<std::string, Pin> pins;
    bool pins_wrong = false;  // all of them
    std::optional<Extends> extends;
    std::vector<FileSetting> set;
    std::shared_ptr<const Contents> base;  // whose sources are pointed to
  };

  static void ReadExtends(const Node& root, Contents& contents, Mistakes& mistakes);
  static void ReadKeys(Node root, Contents& contents, Mistakes& mistakes);
  static void ReadPlugins(const Node& plugins, Contents& contents, Mistakes& mistakes);

  std::shared_ptr<Contents> contents_ = std::make_shared<Contents>();
};

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_DOCUMENT_H_
