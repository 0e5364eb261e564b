#include "runtime/cli/describe.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/cli/type_text.h"
#include "runtime/sdk/error.h"
#include "runtime/sdk/option_at.h"
#include "runtime/text/wrap.h"

namespace slipway::cli {
namespace {

// Wide enough for a sentence, and no wider than the narrowest terminal.
constexpr size_t kWidth = 80;

// The fields of a record within an option, or null.
const slipway_option* RecordIn(const slipway_option& option) {
  if (option.type == SLIPWAY_RECORD) return &option;
  if (option.type == SLIPWAY_LIST || option.type == SLIPWAY_MAP) return RecordIn(*option.element);
  return nullptr;
}

using Row = std::function<void(const std::string& name, const slipway_option&)>;

// Each option, and below it the fields of its records, as `binds.source`.
void ForEach(const slipway_option* options, uint32_t count, const std::string& prefix,
             const Row& row) {
  for (uint32_t i = 0; i < count; ++i) {
    const slipway_option& option = OptionAt(options, i);
    const std::string name = prefix + option.name;
    row(name, option);
    if (const slipway_option* record = RecordIn(option)) {
      ForEach(record->fields, record->field_count, name + ".", row);
    }
  }
}

// `text` in lines of at most kWidth, each behind `indent` blanks, the first one behind `first`.
void AddLines(std::string& to, std::string_view first, size_t indent, std::string_view text) {
  const size_t column = std::max(indent, first.size());
  to.append(first).append(column - first.size(), ' ');
  to.append(text::Wrap(text, kWidth, indent, column)).append("\n");
}

void AddFact(std::string& text, std::string_view label, std::string_view value) {
  if (!value.empty()) AddLines(text, label, 12, value);
}

void AddOption(std::string& text, const std::string& name, const slipway_option& option) {
  text += "  " + name;
  if (option.short_name != nullptr) text.append("  (--").append(option.short_name).append(")");
  if (option.flags & SLIPWAY_REQUIRED) text += "  REQUIRED";
  text += "\n";
  AddLines(text, "", 6, option.summary + std::string("."));
  AddLines(text, "", 6, ValueText(option));
}

// A '|' would end the cell of a table.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) cell.append(c == '|' ? "\\" : "").append(1, c);
  return cell;
}

}  // namespace

std::string AbiText() {
  return std::to_string(SLIPWAY_ABI_MAJOR) + "." + std::to_string(SLIPWAY_ABI_MINOR);
}

std::string NeedsText(const slipway_stage& stage) {
  if (stage.privileges != SLIPWAY_UNPRIVILEGED) {
    std::string root = "root (CAP_SYS_ADMIN)";
    if (stage.privileges == SLIPWAY_ROOT_OR_USERNS) root += ", or a user namespace around it";
    return stage.needs != nullptr ? root + ", and " + stage.needs : root;
  }
  return stage.needs != nullptr ? stage.needs : "no privileges";
}

std::string TokensText(const char* const* tokens) {
  std::string text;
  for (; tokens && *tokens; ++tokens) text.append(text.empty() ? "" : ", ").append(*tokens);
  return text;
}

std::string ValueText(const slipway_option& option) {
  std::string value = TypeText(option);
  if (!(option.flags & SLIPWAY_REQUIRED)) {
    value += option.fallback ? std::string("; default: ") + option.fallback : "; optional";
  }
  if (option.flags & SLIPWAY_SECRET) value += "; secret: never written down or printed";
  if (option.flags & SLIPWAY_CHANGEABLE) value += "; runtime update can change it";
  return value;
}

void ForEachOption(
    const slipway_stage& stage,
    const std::function<void(const std::string& name, const slipway_option& option)>& row) {
  ForEach(stage.options, stage.option_count, "", row);
}

std::string DescribeStage(const slipway_stage& stage, const std::string& file) {
  std::string text;
  AddLines(text, "", 0, std::string(stage.name) + " " + stage.version + ": " + stage.summary);
  text += "\n";
  AddFact(text, "file", internal::Printable(file));
  AddFact(text, "abi", AbiText());
  AddFact(text, "needs", NeedsText(stage));
  AddFact(text, "provides", TokensText(stage.provides));
  AddFact(text, "requires", TokensText(stage.requires_));
  AddFact(text, "after", TokensText(stage.after));
  AddFact(text, "conflicts", TokensText(stage.conflicts));
  if (stage.option_count == 0) return text + "\nIt has no options.\n";
  text += "\nOptions:\n";
  ForEachOption(stage, [&](const std::string& name, const slipway_option& option) {
    AddOption(text, name, option);
  });
  return text;
}

std::string OptionsAsMarkdown(const slipway_stage& stage) {
  if (stage.option_count == 0) return "It has no options.\n";
  std::string text = "| option | type | default | meaning |\n|---|---|---|---|\n";
  ForEachOption(stage, [&](const std::string& name, const slipway_option& option) {
    std::string fallback = option.fallback ? option.fallback : "*optional*";
    if (option.flags & SLIPWAY_REQUIRED) fallback = "**required**";
    std::string meaning = option.summary;
    if (option.flags & SLIPWAY_SECRET) meaning += "; secret";
    if (option.short_name != nullptr) {
      meaning.append("; `--").append(option.short_name).append("`");
    }
    text += "| `" + name + "` | " + Cell(TypeText(option)) + " | " + Cell(fallback) + " | " +
            Cell(meaning) + " |\n";
  });
  return text;
}

}  // namespace slipway::cli
