#include "plugins/network/cni_list.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"
#include "runtime/sys/system_program.h"

namespace slipway::network {
namespace {

using sys::Json;

constexpr char kLists[] = "/etc/cni/net.d";
constexpr const char* kFolders[] = {"/opt/cni/bin/", "/usr/lib/cni/"};

// Nobody but root and this user may change it. A sticky folder is all right above something that
// itself belongs to one of them.
Status Judge(const std::string& path, bool is_file) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return Error(errno, "look at", path);
  const bool owned = facts.st_uid == 0 || facts.st_uid == geteuid();
  const bool sticky = !is_file && (facts.st_mode & S_ISVTX) != 0;
  if (owned && (sticky || (facts.st_mode & (S_IWGRP | S_IWOTH)) == 0)) return Ok();
  return Error("others may change", path,
               "what it says is done as root: it, and the folders above, must belong to root and "
               "not be writable by others");
}

Result<std::string> ReadJudged(const std::string& path) {
  char real[PATH_MAX];
  if (realpath(path.c_str(), real) == nullptr) return Error(errno, "open", path);
  RETURN_IF_ERROR(Judge(real, /*is_file=*/true));
  for (std::string above = real; above.size() > 1;) {
    above.erase(std::max<size_t>(above.rfind('/'), 1));
    RETURN_IF_ERROR(Judge(above, /*is_file=*/false));
  }
  ASSIGN_OR_RETURN(const sys::Fd file, sys::Open(real, O_RDONLY | O_NONBLOCK));
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    return Error("not a plain file", path);
  }
  return sys::ReadFile(file, path);
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
    ASSIGN_OR_RETURN(const std::string text, ReadJudged(path));
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
  ASSIGN_OR_RETURN(const std::string content, ReadJudged(text));
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
