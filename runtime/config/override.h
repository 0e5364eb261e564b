// What the command line says over the config: `--set stage.option=value` and its short forms.

#ifndef SLIPWAY_RUNTIME_CONFIG_OVERRIDE_H_
#define SLIPWAY_RUNTIME_CONFIG_OVERRIDE_H_

#include <string>
#include <string_view>

#include "runtime/sdk/result.h"

namespace slipway::config {

struct Override {
  // What `stage` names: a stage of the pipeline or a token that it provides, "process" or
  // "annotations"; or the short name that options of stages declare.
  enum class Kind { kSet, kShortName };

  Kind kind = Kind::kSet;
  std::string stage;
  std::string option;    // empty for a short name
  std::string text;      // YAML, or the value itself
  bool append = false;   // adds to a list or a map
  bool literal = false;  // the text is one value as it stands
  std::string name;      // in errors: "--set uts.hostname", "--memory", "-w"
  std::string written;   // all of it: "--set uts.hostname=web", "--memory=64M"
};

// The text behind --set, STAGE.OPTION=VALUE or STAGE.OPTION+=VALUE: the stage up to the first '.',
// the option up to the first '='.
Result<Override> ParseOverride(const std::string& text);

// The option that declares `short_name`: "memory" for --memory=64M. The text is one value; for a
// flag, "true". A list gets one more element.
Override ShortOverride(const std::string& short_name, const std::string& text);

// `option` is how it was written: "-e". NAME=VALUE sets a variable of the command's; NAME alone
// passes the caller's on.
Result<Override> VariableOverride(std::string_view option, const std::string& text);

// `option` as above; NAME=VALUE sets an annotation of the container.
Result<Override> AnnotationOverride(std::string_view option, const std::string& text);

// A value of `process` by its key: the folder that the command starts in, with "cwd".
Override ProcessOverride(std::string_view option, std::string_view key, const std::string& text);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_OVERRIDE_H_
