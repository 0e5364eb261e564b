#include "runtime/config/document.h"

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/config/annotations.h"
#include "runtime/config/path.h"
#include "runtime/config/shape.h"
#include "runtime/config/yaml.h"
#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

constexpr std::string_view kOwnPrefix = "x-";

constexpr std::array<std::string_view, 7> kKeys = {"version",     "extends", "set",    "process",
                                                   "annotations", "stages",  "plugins"};

// Gives each key that is not known the name that was meant, if it can be told, so that what stands
// below it is read too.
void TellUnknownKeys(Node& root, const Source& source, Mistakes& mistakes) {
  for (Key& key : root.keys) {
    if (std::find(kKeys.begin(), kKeys.end(), key.text) != kKeys.end()) continue;
    if (key.text.starts_with(kOwnPrefix)) continue;
    const std::vector<std::string_view> keys(kKeys.begin(), kKeys.end());
    const std::string_view meant = text::Nearest(key.text, keys);
    std::string hint = text::NearestHint(key.text, keys, "");
    if (meant.empty()) hint += "; a key of your own begins with x-";
    mistakes.Add(Error("unknown key", key.text, hint).At(source.At(key.place)));
    if (!meant.empty() && root.Find(meant) == nullptr) key.text = meant;
  }
}

Status CheckVersion(const Node& root, const Source& source) {
  const Node* version = root.Find("version");
  if (version == nullptr) {
    return Error("missing key", "version", "begin the config with \"version: 1\"")
        .At(source.At(root.place));
  }
  RETURN_IF_ERROR(ExpectScalar("version", *version, source, "version: 1"));
  if (version->text == "1") return Ok();
  return Error("unknown version", version->text, "this runtime reads version: 1")
      .At(source.At(version->place));
}

// A pin that is not used would be a check that silently does not happen.
void CheckPinsAreUsed(const std::vector<RawStep>& steps, const std::map<std::string, Pin>& pins,
                      Mistakes& mistakes) {
  std::vector<std::string_view> names;
  for (const RawStep& step : steps) {
    for (const RawStage& stage : step.alternatives) {
      if (stage.name.empty()) return;  // perhaps this is the one
      names.emplace_back(stage.name);
    }
  }
  if (names.empty()) return;
  for (const auto& [name, pin] : pins) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    mistakes.Add(
        Error("plugins: no such stage in the pipeline", name, text::NearestHint(name, names, ""))
            .At(pin.where));
  }
}

}  // namespace

Result<Document> Document::Parse(std::string_view text, const std::string& name) {
  Mistakes mistakes;
  std::optional<Document> document = Parse(text, name, mistakes);
  RETURN_IF_ERROR(mistakes.First());
  return *std::move(document);
}

std::optional<Document> Document::Parse(std::string_view text, const std::string& name,
                                        Mistakes& mistakes) {
  Document document;
  Source& source = document.contents_->source;
  source.name = name;
  source.folder = FolderOf(name);
  std::optional<Node> root = mistakes.Take(ParseYaml(text, source));
  if (!root) return std::nullopt;
  if (root->is_null()) {
    mistakes.Add(Error("the config is empty", {}, "it needs \"version: 1\" and a list of stages")
                     .At(source.At({})));
    return std::nullopt;
  }
  if (!root->is_map()) {
    mistakes.Add(
        WrongShape("the config must be a map", *root, source,
                   "version, process, annotations, stages, plugins, each with ':' and its value"));
    return std::nullopt;
  }
  ReadKeys(*std::move(root), *document.contents_, mistakes);
  mistakes.Sort();
  return document;
}

void Document::ReadKeys(Node root, Contents& contents, Mistakes& mistakes) {
  const Source& source = contents.source;
  TellUnknownKeys(root, source, mistakes);
  mistakes.Take(CheckVersion(root, source));
  ReadExtends(root, contents, mistakes);
  if (const Node* process = root.Find("process")) {
    contents.process = ReadProcess(*process, source, mistakes);
  }
  if (const Node* annotations = root.Find("annotations")) {
    contents.annotations = ReadAnnotations(*annotations, source, mistakes);
  }
  if (Node* stages = root.Find("stages")) {
    contents.steps = ReadStages(std::move(*stages), source, mistakes);
  } else if (!contents.extends) {
    mistakes.Add(Error("missing key", "stages", "it lists the stages, each after a \"- \"")
                     .At(source.At(root.place)));
  }
  if (const Node* plugins = root.Find("plugins")) ReadPlugins(*plugins, contents, mistakes);
}

void Document::ReadExtends(const Node& root, Contents& contents, Mistakes& mistakes) {
  const Source& source = contents.source;
  const Node* const extends = root.Find("extends");
  const Node* const set = root.Find("set");
  if (extends != nullptr) {
    contents.extends.emplace();
    contents.extends->place = extends->place;
    constexpr std::string_view kWanted = "a config: its path from here, or its name";
    if (mistakes.Take(ExpectScalar("extends", *extends, source, kWanted))) {
      contents.extends->name = extends->text;
      if (extends->text.empty()) {
        mistakes.Add(Error("extends: an empty name", {},
                           "write " + std::string(kWanted) + ", or leave extends out")
                         .At(source.At(extends->place)));
      }
    }
  } else if (set != nullptr) {
    mistakes.Add(Error("set without extends", {}, "write the options at their stages")
                     .At(source.At(set->place)));
  }
  if (set != nullptr) contents.set = ReadFileSettings(*set, source, mistakes);
}

void Document::Join(const Document& base, Mistakes& mistakes) {
  Contents& own = *contents_;
  TellRepeated(base.steps(), own.steps, mistakes);
  own.steps.insert(own.steps.begin(), base.steps().begin(), base.steps().end());
  own.set.insert(own.set.begin(), base.set().begin(), base.set().end());
  Process process = base.process();
  Overlay(own.process, process);
  own.process = std::move(process);
  own.annotations.insert(base.annotations().begin(), base.annotations().end());
  CheckPinsAreUsed(own.steps, own.pins, mistakes);
  own.pins.insert(base.pins().begin(), base.pins().end());
  own.pins_wrong = own.pins_wrong || base.contents_->pins_wrong;
  own.base = base.contents_;
}

void Document::ReadPlugins(const Node& plugins, Contents& contents, Mistakes& mistakes) {
  contents.pins_wrong = !mistakes.Take(
      ExpectMap("plugins", plugins, contents.source, "a map of stage names to path, sha256"));
  if (contents.pins_wrong) return;
  contents.pins = ReadPins(plugins, contents.source, mistakes);
  // Else they may be the base's.
  if (!contents.extends) CheckPinsAreUsed(contents.steps, contents.pins, mistakes);
}

bool Document::KnowsFileOf(const std::string& stage) const {
  if (contents_->pins_wrong) return false;
  const auto pin = contents_->pins.find(stage);
  return pin == contents_->pins.end() || !pin->second.wrong;
}

}  // namespace slipway::config
