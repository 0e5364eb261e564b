#include "runtime/stage_test/results.h"

#include <algorithm>
#include <array>

#include "runtime/cli/json_text.h"
#include "runtime/sys/json.h"

namespace slipway::stage_test {
namespace {

struct FormatName {
  std::string_view name;
  Format format;
};

constexpr std::array<FormatName, 4> kFormats = {
    FormatName{"text", Format::kText}, FormatName{"tap", Format::kTap},
    FormatName{"json", Format::kJson}, FormatName{"junit", Format::kJunit}};

const char* WordOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return "ok";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kSkipped:
      return "skipped";
  }
  return "";
}

std::string Indented(const std::vector<std::string>& texts, std::string_view indent) {
  std::string all;
  for (const std::string& text : texts) {
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      all.append(indent).append(text, begin, end - begin).append("\n");
      begin = end + 1;
    }
  }
  return all;
}

std::string TextLine(const CaseResult& result) {
  switch (result.outcome) {
    case Outcome::kOk:
      return "ok       " + result.name + "\n";
    case Outcome::kSkipped:
      return "skipped  " + result.name + ": " + result.reasons.front() + "\n";
    case Outcome::kFailed:
      return "FAILED   " + result.name + " (" + result.where + ")\n" +
             Indented(result.reasons, "    ");
  }
  return {};
}

// https://testanything.org/tap-version-13-specification.html
std::string TapLine(const CaseResult& result, size_t number) {
  std::string name = result.name;
  std::replace(name.begin(), name.end(), '#', ' ');  // begins a directive
  std::string line = result.outcome == Outcome::kFailed ? "not ok " : "ok ";
  line += std::to_string(number) + " - " + name;
  if (result.outcome == Outcome::kSkipped) line += " # SKIP " + result.reasons.front();
  line += "\n";
  return result.outcome == Outcome::kFailed ? line + Indented(result.reasons, "# ") : line;
}

size_t Count(const std::vector<CaseResult>& results, Outcome outcome) {
  return static_cast<size_t>(
      std::count_if(results.begin(), results.end(),
                    [outcome](const CaseResult& result) { return result.outcome == outcome; }));
}

std::string ClosingLine(const std::vector<CaseResult>& results) {
  return std::to_string(Count(results, Outcome::kOk)) + " passed, " +
         std::to_string(Count(results, Outcome::kFailed)) + " failed, " +
         std::to_string(Count(results, Outcome::kSkipped)) + " skipped\n";
}

sys::Json JsonText(const std::string& text) { return sys::Json::String(cli::JsonText(text)); }

sys::Json JsonCount(const std::vector<CaseResult>& results, Outcome outcome) {
  return sys::Json::Number(static_cast<int64_t>(Count(results, outcome)));
}

std::string AsJson(const std::vector<CaseResult>& results) {
  sys::Json cases = sys::Json::Array();
  for (const CaseResult& result : results) {
    sys::Json one = sys::Json::Object();
    one.Set("name", JsonText(result.name));
    one.Set("where", JsonText(result.where));
    one.Set("outcome", sys::Json::String(WordOf(result.outcome)));
    sys::Json reasons = sys::Json::Array();
    for (const std::string& reason : result.reasons) reasons.Append(JsonText(reason));
    one.Set("reasons", std::move(reasons));
    cases.Append(std::move(one));
  }
  sys::Json all = sys::Json::Object();
  all.Set("cases", std::move(cases));
  all.Set("passed", JsonCount(results, Outcome::kOk));
  all.Set("failed", JsonCount(results, Outcome::kFailed));
  all.Set("skipped", JsonCount(results, Outcome::kSkipped));
  return all.Write() + "\n";
}

// XML 1.0 knows no control characters but these.
std::string Xml(const std::string& text) {
  std::string escaped;
  for (const char c : cli::JsonText(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else if (c == '"') {
      escaped += "&quot;";
    } else if (c == '\n' || c == '\t' || byte >= 0x20) {
      escaped += c;
    } else {
      escaped += '?';
    }
  }
  return escaped;
}

std::string AsJunit(const std::vector<CaseResult>& results) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += "<testsuite name=\"slipway-stage-test\" tests=\"" + std::to_string(results.size()) +
          "\" failures=\"" + std::to_string(Count(results, Outcome::kFailed)) + "\" skipped=\"" +
          std::to_string(Count(results, Outcome::kSkipped)) + "\">\n";
  for (const CaseResult& result : results) {
    text += "  <testcase name=\"" + Xml(result.name) + "\" classname=\"" + Xml(result.where) + "\"";
    if (result.outcome == Outcome::kOk) {
      text += "/>\n";
      continue;
    }
    const bool failed = result.outcome == Outcome::kFailed;
    text += failed ? ">\n    <failure>" + Xml(Indented(result.reasons, "")) + "</failure>\n"
                   : ">\n    <skipped message=\"" + Xml(result.reasons.front()) + "\"/>\n";
    text += "  </testcase>\n";
  }
  return text + "</testsuite>\n";
}

}  // namespace

bool ReadFormat(std::string_view name, Format& format) {
  for (const FormatName& each : kFormats) {
    if (each.name != name) continue;
    format = each.format;
    return true;
  }
  return false;
}

std::string Heading(Format format, size_t count) {
  return format == Format::kTap ? "TAP version 13\n1.." + std::to_string(count) + "\n" : "";
}

std::string Line(Format format, const CaseResult& result, size_t number) {
  if (format == Format::kText) return TextLine(result);
  return format == Format::kTap ? TapLine(result, number) : "";
}

std::string Closing(Format format, const std::vector<CaseResult>& results) {
  switch (format) {
    case Format::kText:
      return ClosingLine(results);
    case Format::kTap:
      return "# " + ClosingLine(results);
    case Format::kJson:
      return AsJson(results);
    case Format::kJunit:
      return AsJunit(results);
  }
  return {};
}

}  // namespace slipway::stage_test
