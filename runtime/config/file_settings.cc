#include "runtime/config/file_settings.h"

#include <string_view>
#include <utility>

#include "runtime/config/shape.h"

namespace slipway::config {

std::vector<FileSetting> ReadFileSettings(const Node& node, const Source& source,
                                          Mistakes& mistakes) {
  std::vector<FileSetting> settings;
  if (!mistakes.Take(ExpectMap("set", node, source,
                               "a map of options to values, such as {uts.hostname: web}"))) {
    return settings;
  }
  for (size_t i = 0; i < node.keys.size(); ++i) {
    const Key& key = node.keys[i];
    std::string_view name = key.text;
    const bool append = name.ends_with('+');
    if (append) name.remove_suffix(1);
    const size_t dot = name.find('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == name.size()) {
      mistakes.Add(
          Error("set: not of the form stage.option", key.text,
                "such as uts.hostname: web; with a + behind it, it adds to a list or a map")
              .At(source.At(key.place)));
      continue;
    }
    settings.push_back({.stage = std::string(name.substr(0, dot)),
                        .option = std::string(name.substr(dot + 1)),
                        .append = append,
                        .place = key.place,
                        .value = node.items[i],
                        .source = &source});
  }
  return settings;
}

}  // namespace slipway::config
