#include "runtime/config/document.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "runtime/config/path.h"
#include "runtime/config/shape.h"
#include "runtime/config/yaml.h"
#include "runtime/sys/file.h"
#include "runtime/text/nearest.h"

namespace slipway::config {
namespace {

// Bounded while it reads: the path may name a pipe or a device, which have no size.
Result<std::string> ReadBounded(const std::string& path) {
  ASSIGN_OR_RETURN(const sys::Fd fd, sys::Open(path, O_RDONLY));
  std::string text;
  char buffer[16 * 1024];
  while (text.size() <= kMaxConfigBytes) {
    const ssize_t size = read(fd.get(), buffer, sizeof(buffer));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Error(errno, "read", path);
    if (size == 0) return text;
    text.append(buffer, static_cast<size_t>(size));
  }
  return Error("the config is larger than 1 MiB", path);
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
Status CheckPinsAreUsed(const std::vector<RawStep>& steps, const Node& plugins,
                        const Source& source) {
  std::vector<std::string_view> names;
  for (const RawStep& step : steps) {
    for (const RawStage& stage : step.alternatives) names.emplace_back(stage.name);
  }
  for (const Key& key : plugins.keys) {
    bool used = false;
    for (std::string_view name : names) used = used || name == key.text;
    if (used) continue;
    return Error("plugins: no such stage in the pipeline", key.text,
                 text::NearestHint(key.text, names, ""))
        .At(source.At(key.place));
  }
  return Ok();
}

}  // namespace

Result<Document> Document::Read(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadBounded(path));
  return Parse(text, path);
}

Result<Document> Document::Parse(std::string_view text, const std::string& path) {
  Document document;
  Source& source = document.source_;
  source.name = path;
  source.folder = FolderOf(path);
  ASSIGN_OR_RETURN(Node root, ParseYaml(text, source));
  if (root.is_null()) {
    return Error("the config is empty", {}, "it needs \"version: 1\" and a list of stages")
        .At(source.At({}));
  }
  RETURN_IF_ERROR(
      ExpectMap("the config", root, source, "a map of version, process, stages, plugins"));
  RETURN_IF_ERROR(ExpectKeys("", root, source, {"version", "process", "stages", "plugins"}));
  RETURN_IF_ERROR(CheckVersion(root, source));
  if (const Node* process = root.Find("process")) {
    ASSIGN_OR_RETURN(document.process_, ReadProcess(*process, source));
  }
  Node* stages = root.Find("stages");
  if (stages == nullptr) {
    return Error("missing key", "stages", "it lists the stages, each after a \"- \"")
        .At(source.At(root.place));
  }
  ASSIGN_OR_RETURN(document.steps_, ReadStages(std::move(*stages), source));
  if (const Node* plugins = root.Find("plugins")) {
    ASSIGN_OR_RETURN(document.pins_, ReadPins(*plugins, source));
    RETURN_IF_ERROR(CheckPinsAreUsed(document.steps_, *plugins, source));
  }
  return document;
}

}  // namespace slipway::config
