#include "runtime/config/override.h"

namespace slipway::config {
namespace {

constexpr const char* kProcess = "process";
constexpr const char* kAnnotations = "annotations";

}  // namespace

Result<Override> ParseOverride(const std::string& text) {
  const size_t equals = text.find('=');
  const size_t dot = text.find('.');
  const bool append = equals != std::string::npos && equals > 0 && text[equals - 1] == '+';
  const size_t end = append ? equals - 1 : equals;
  if (equals == std::string::npos || dot == 0 || dot >= end || dot + 1 == end) {
    return Error("--set: not of the form stage.option=value:", text,
                 "such as --set uts.hostname=web");
  }
  Override result;
  result.stage = text.substr(0, dot);
  result.option = text.substr(dot + 1, end - dot - 1);
  result.text = text.substr(equals + 1);
  result.append = append;
  result.name = "--set " + text.substr(0, end);
  result.written = "--set " + text;
  return result;
}

Override ShortOverride(const std::string& short_name, const std::string& text) {
  Override result;
  result.kind = Override::Kind::kShortName;
  result.stage = short_name;
  result.text = text;
  result.literal = true;
  result.name = "--" + short_name;
  result.written = result.name + "=" + text;
  return result;
}

Result<Override> VariableOverride(std::string_view option, const std::string& text) {
  const size_t equals = text.find('=');
  if (text.empty() || equals == 0) {
    return Error(std::string(option) + ": not of the form NAME=VALUE:", text,
                 "such as " + std::string(option) + " LANG=C; NAME alone passes the caller's on");
  }
  Override result;
  result.stage = kProcess;
  result.literal = true;
  result.name = option;
  result.written = std::string(option) + " " + text;
  if (equals == std::string::npos) {
    result.option = "pass";
    result.text = text;
    result.append = true;
  } else {
    result.option = "env." + text.substr(0, equals);
    result.text = text.substr(equals + 1);
  }
  return result;
}

Result<Override> AnnotationOverride(std::string_view option, const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Error(std::string(option) + ": not of the form NAME=VALUE:", text,
                 "such as " + std::string(option) + " org.example.team=web");
  }
  Override result;
  result.stage = kAnnotations;
  result.option = text.substr(0, equals);
  result.text = text.substr(equals + 1);
  result.literal = true;
  result.name = option;
  result.written = std::string(option) + " " + text;
  return result;
}

Override ProcessOverride(std::string_view option, std::string_view key, const std::string& text) {
  Override result;
  result.stage = kProcess;
  result.option = key;
  result.text = text;
  result.literal = true;
  result.name = option;
  result.written = std::string(option) + " " + text;
  return result;
}

}  // namespace slipway::config
