#include "plugins/network/cni_list.h"

#include <dirent.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "runtime/sys/system_program.h"
#include "runtime/sys/trust.h"

namespace slipway::network {
namespace {

using sys::Json;

constexpr char kLists[] = "/etc/cni/net.d";
constexpr size_t kLongest = 1 << 20;
constexpr const char* kFolders[] = {"/opt/cni/bin/", "/usr/lib/cni/"};

Result<std::string> ReadList(const std::string& path) {
  return sys::ReadTrusted(path, kLongest, "a list of network plugins");
}

std::string TextOf(const Json& object, std::string_view name) {
  const Json* member = object.Find(name);
  return member != nullptr && member->IsString() ? member->text() : std::string();
}

// A word that is safe as a file's name.
bool IsName(const std::string& text) {
  return !text.empty() && text[0] != '.' && text[0] != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

Result<Json> FindByName(const std::string& name) {
  std::vector<std::string> paths;
  if (DIR* const folder = opendir(kLists)) {
    while (const dirent* entry = readdir(folder)) {
      std::string path = std::string(kLists) + "/" + entry->d_name;
      if (path.ends_with(".conflist")) paths.push_back(std::move(path));
    }
    closedir(folder);
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(const std::string text, ReadList(path));
    ASSIGN_OR_RETURN(Json list, ParseCniList(text, path));
    if (TextOf(list, "name") == name) return list;
  }
  return Error("there is no network of this name", name,
               std::string("no file *.conflist of ") + kLists + " has it; or give a file's path");
}

Json PortMappings(const std::vector<Port>& ports) {
  Json mappings = Json::Array();
  for (const Port& port : ports) {
    Json mapping = Json::Object();
    mapping.Set("hostPort", Json::Number(port.outside));
    mapping.Set("containerPort", Json::Number(port.inside));
    mapping.Set("protocol", Json::String(port.protocol));
    if (!port.address.empty()) mapping.Set("hostIP", Json::String(port.address));
    mappings.Append(std::move(mapping));
  }
  return mappings;
}

}  // namespace

Result<Json> ParseCniList(std::string_view text, std::string_view name) {
  ASSIGN_OR_RETURN(Json list, sys::ParseJson(text, name));
  const Json* plugins = list.Find("plugins");
  const bool has_all = IsName(TextOf(list, "name")) && !TextOf(list, "cniVersion").empty() &&
                       plugins != nullptr && plugins->IsArray() && !plugins->items().empty();
  if (!has_all) {
    return Error("not a list of network plugins", name,
                 "it must have name, cniVersion and plugins, as a *.conflist of CNI");
  }
  for (const Json& plugin : plugins->items()) {
    if (IsName(TextOf(plugin, "type"))) continue;
    return Error("a network plugin without a type",
                 std::string(name) + ":" + std::to_string(plugin.line()) + ":" +
                     std::to_string(plugin.column()),
                 "it is the name of its program, such as bridge");
  }
  return list;
}

Result<Json> ReadCniList(const std::string& text) {
  if (text.find('/') == text.npos) return FindByName(text);
  if (text[0] != '/') return Error("not an absolute path", text, "or a network's name");
  ASSIGN_OR_RETURN(const std::string content, ReadList(text));
  return ParseCniList(content, text);
}

std::string FindCniPlugin(const std::string& type) {
  for (const char* folder : kFolders) {
    std::string path = folder + type;
    if (sys::IsSystemProgram(path)) return path;
  }
  return {};
}

std::string CniRequest(const Json& list, const Json& plugin, const std::vector<Port>& ports,
                       const Json* previous) {
  Json request = plugin;
  for (const char* name : {"cniVersion", "name"}) request.Set(name, *list.Find(name));
  const Json* capabilities = plugin.Find("capabilities");
  const Json* maps_ports = capabilities != nullptr ? capabilities->Find("portMappings") : nullptr;
  if (maps_ports != nullptr && maps_ports->boolean() && !ports.empty()) {
    Json config = Json::Object();
    config.Set("portMappings", PortMappings(ports));
    request.Set("runtimeConfig", std::move(config));
  }
  request.Remove("capabilities");
  if (previous != nullptr) request.Set("prevResult", *previous);
  return request.Write();
}

}  // namespace slipway::network
