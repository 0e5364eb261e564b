// What the stage `files` takes for each file, folder and link.

#ifndef SLIPWAY_PLUGINS_FILES_OPTIONS_H_
#define SLIPWAY_PLUGINS_FILES_OPTIONS_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "runtime/sdk/stage.h"

namespace files_stage {

inline constexpr int64_t kLastId = std::numeric_limits<uint32_t>::max() - int64_t{1};

inline constexpr char kText[] = "What is in it, to the byte";
inline constexpr char kMode[] = "Its permissions";
inline constexpr char kUser[] = "Number of its user, in the container";
inline constexpr char kGroup[] = "Number of its group, in the container";

struct File {
  slipway::ContainerPath path;
  std::string text;
  slipway::Mode mode;
  std::optional<int64_t> user;
  std::optional<int64_t> group;
  bool readonly = true;

  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&File::path>("path", "Where it is in the container", {.required = true}),
        slipway::Option<&File::text>("text", "What is in it, to the byte; nothing if absent"),
        slipway::Option<&File::mode>("mode", kMode, {.fallback = "0644"}),
        slipway::Option<&File::user>("user", kUser, {.minimum = 0, .maximum = kLastId}),
        slipway::Option<&File::group>("group", kGroup, {.minimum = 0, .maximum = kLastId}),
        slipway::Option<&File::readonly>(
            "readonly", "Nobody may write to it; else what is written goes with the container",
            {.fallback = "true"}));
  }
};

struct Secret {
  slipway::ContainerPath path;
  std::string text;
  slipway::Mode mode;
  std::optional<int64_t> user;
  std::optional<int64_t> group;

  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Secret::path>("path", "Where it is in the container", {.required = true}),
        slipway::Option<&Secret::text>("text", kText, {.required = true}),
        slipway::Option<&Secret::mode>("mode", kMode, {.fallback = "0400"}),
        slipway::Option<&Secret::user>("user", kUser, {.minimum = 0, .maximum = kLastId}),
        slipway::Option<&Secret::group>("group", kGroup, {.minimum = 0, .maximum = kLastId}));
  }
};

struct Folder {
  slipway::ContainerPath path;
  std::optional<slipway::Mode> mode;
  std::optional<int64_t> user;
  std::optional<int64_t> group;

  static constexpr const char* kTextForm = "path";
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Folder::path>("path", "Where it is in the container", {.required = true}),
        slipway::Option<&Folder::mode>("mode",
                                       "Its permissions; if absent, 0755 where it is made, and as "
                                       "they are where it is there"),
        slipway::Option<&Folder::user>("user", kUser, {.minimum = 0, .maximum = kLastId}),
        slipway::Option<&Folder::group>("group", kGroup, {.minimum = 0, .maximum = kLastId}));
  }
};

struct Link {
  slipway::ContainerPath path;
  std::string target;

  static constexpr const char* kTextForm = "path:target";
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Link::path>("path", "Where it is in the container", {.required = true}),
        slipway::Option<&Link::target>("target",
                                       "Where it leads, for the container; it need not exist",
                                       {.required = true, .minimum = 1, .maximum = 4095}));
  }
};

}  // namespace files_stage

#endif  // SLIPWAY_PLUGINS_FILES_OPTIONS_H_
