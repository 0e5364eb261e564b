#include "runtime/cli/mistakes.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>

#include "runtime/cli/error_json.h"
#include "runtime/cli/json_text.h"
#include "runtime/cli/report.h"
#include "runtime/text/wrap.h"

namespace slipway::cli {
namespace {

namespace json = boost::json;

constexpr size_t kLongest = 120;  // of a quoted line, in bytes, around the place
constexpr size_t kBefore = 60;
constexpr int kMaxCharacter = 4;  // bytes of UTF-8
constexpr int kNumberWidth = 5;

// A part of the line that holds the place, and where the place is in it.
std::pair<std::string, size_t> Excerpt(std::string_view line, size_t at) {
  at = std::min(at, line.size());
  if (line.size() <= kLongest) return {std::string(line), at};
  size_t begin = at > kBefore ? at - kBefore : 0;
  size_t end = std::min(line.size(), begin + kLongest);
  const auto inside_character = [line](size_t i) {
    return i < line.size() && (static_cast<unsigned char>(line[i]) & 0xc0U) == 0x80U;
  };
  // No character has more bytes; what goes on for longer is none.
  for (int i = 1; i < kMaxCharacter && begin > 0 && inside_character(begin); ++i) --begin;
  for (int i = 1; i < kMaxCharacter && end > begin + 1 && inside_character(end); ++i) --end;
  return {std::string(line.substr(begin, end - begin)), at - begin};
}

std::string Quote(const Mistake& mistake) {
  auto [line, at] = Excerpt(mistake.text, static_cast<size_t>(std::max(mistake.column - 1, 0)));
  const size_t column = text::Columns(std::string_view(line).substr(0, at));
  // A tab would put the caret elsewhere, and other controls are for the terminal.
  std::replace(line.begin(), line.end(), '\t', ' ');
  line = internal::Printable(line);
  std::string number = std::to_string(mistake.line);
  number.insert(0, number.size() < kNumberWidth ? kNumberWidth - number.size() : 0, ' ');
  return number + " | " + line + "\n" + std::string(number.size(), ' ') + " | " +
         std::string(column, ' ') + "^\n";
}

json::value Number(int number) { return number == 0 ? json::value() : json::value(number); }

}  // namespace

std::string MistakesAsText(const std::vector<Mistake>& mistakes) {
  std::string text;
  for (const Mistake& mistake : mistakes) {
    text += ErrorLine("", mistake.error);
    if (mistake.line != 0 && !mistake.hidden) text += Quote(mistake);
  }
  return text;
}

std::string MistakesAsJson(const std::string& config, const std::vector<std::string>& stages,
                           const std::vector<Error>& missing,
                           const std::vector<Mistake>& mistakes) {
  json::array names;
  for (const std::string& stage : stages) names.emplace_back(stage);
  json::array not_available;
  for (const Error& reason : missing) not_available.push_back(ErrorObject(reason));
  json::array array;
  for (const Mistake& mistake : mistakes) {
    json::object object = {{"file", JsonText(mistake.file)},
                           {"line", Number(mistake.line)},
                           {"column", Number(mistake.column)}};
    for (auto& part : ErrorObject(mistake.error)) object.insert(std::move(part));
    array.push_back(std::move(object));
  }
  return json::serialize(json::object{{"config", JsonText(config)},
                                      {"ok", mistakes.empty()},
                                      {"stages", std::move(names)},
                                      {"not_available", std::move(not_available)},
                                      {"mistakes", std::move(array)}}) +
         "\n";
}

}  // namespace slipway::cli
