#include "runtime/cli/oci_state.h"

#include <boost/json.hpp>

#include "runtime/cli/json_text.h"

namespace slipway::cli {
namespace {

namespace json = boost::json;

// The state has had no other fields since.
constexpr const char* kOciVersion = "1.0.2";

}  // namespace

std::string OciStateAsJson(const OciState& state) {
  json::object object{
      {"ociVersion", kOciVersion}, {"id", JsonText(state.id)}, {"status", state.status}};
  if (state.pid > 0) object["pid"] = state.pid;
  object["bundle"] = JsonText(state.bundle);
  if (!state.annotations.empty()) {
    json::object annotations;
    for (const std::string& text : state.annotations) {
      const size_t end = text.find('=');
      annotations[JsonText(text.substr(0, end))] = JsonText(text.substr(end + 1));
    }
    object["annotations"] = std::move(annotations);
  }
  return json::serialize(object);
}

}  // namespace slipway::cli
