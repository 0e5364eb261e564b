#include "runtime/config/syntax_error.h"

#include <yaml-cpp/exceptions.h>

#include <string_view>

namespace slipway::config {
namespace {

struct Wording {
  const char* theirs;
  const char* ours;
};

// What else yaml-cpp can say was refused when the text was scanned.
const Wording kWordings[] = {
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "a '{' without its '}', or a missing comma"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "a '[' without its ']', or a missing comma"},
    {YAML::ErrorMsg::END_OF_MAP, "a line that does not fit: look at its indentation"},
    {YAML::ErrorMsg::END_OF_SEQ,
     "a line that does not fit: look at its indentation and its \"- \""},
    {YAML::ErrorMsg::BLOCK_ENTRY, "a \"- \" where no list item can stand"},
    {YAML::ErrorMsg::MAP_KEY, "a key where none can stand: look at the indentation"},
    {YAML::ErrorMsg::MAP_VALUE,
     "a ':' where none can stand: look at the indentation, or put the text in quotes"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR,
     "an alias whose anchor is not there: a text with a '*' in front needs quotes"},
    {YAML::ErrorMsg::MULTIPLE_ANCHORS, "two anchors for one value"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN, "a text must not begin with this character: put it in quotes"},
    {YAML::ErrorMsg::YAML_DIRECTIVE_ARGS, "this runtime reads %YAML 1.1 and 1.2"},
    {YAML::ErrorMsg::REPEATED_YAML_DIRECTIVE, "%YAML stands here twice"},
    {YAML::ErrorMsg::TAG_DIRECTIVE_ARGS, "a text with a '%' in front needs quotes"},
    {YAML::ErrorMsg::REPEATED_TAG_DIRECTIVE, "%TAG stands here twice for one handle"},
};

}  // namespace

Error SyntaxError(const YamlComplaint& complaint, const Source& source) {
  std::string_view words = "it can be read in two ways: put the text in quotes";
  for (const Wording& wording : kWordings) {
    if (complaint.problem == wording.theirs) words = wording.ours;
  }
  return Error("not valid YAML", {}, words).At(source.At(complaint.place));
}

}  // namespace slipway::config
