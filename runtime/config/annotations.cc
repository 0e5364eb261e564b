#include "runtime/config/annotations.h"

#include "runtime/config/shape.h"

namespace slipway::config {
namespace {

void Take(const Key& key, const Node& node, const Source& source, Annotations& annotations,
          Mistakes& mistakes) {
  if (key.text.empty() || key.text.find('=') != std::string::npos) {
    mistakes.Add(Error("annotations: not a name of an annotation", key.text,
                       "it is not empty and holds no '='")
                     .At(source.At(key.place)));
    return;
  }
  Status scalar =
      ExpectScalar("annotations." + key.text, node, source, "a text; an empty one is \"\"");
  if (mistakes.Take(std::move(scalar))) annotations[key.text] = node.text;
}

}  // namespace

Annotations ReadAnnotations(const Node& node, const Source& source, Mistakes& mistakes) {
  Annotations annotations;
  if (!mistakes.Take(ExpectMap("annotations", node, source,
                               "a map of names to texts, such as {org.example.team: web}"))) {
    return annotations;
  }
  for (size_t i = 0; i < node.keys.size(); ++i) {
    Take(node.keys[i], node.items[i], source, annotations, mistakes);
  }
  return annotations;
}

void SetAnnotation(const AnnotationSetting& setting, Annotations& annotations, Mistakes& mistakes) {
  if (setting.append) {
    mistakes.Add(
        Error("annotations." + std::string(setting.name) + ": only a list or a map can grow", {},
              "write = for +=")
            .At(setting.source.At(setting.value.place)));
    return;
  }
  Take({.text = std::string(setting.name), .place = {}}, setting.value, setting.source, annotations,
       mistakes);
}

}  // namespace slipway::config
