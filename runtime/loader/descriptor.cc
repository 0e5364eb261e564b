#include "runtime/loader/descriptor.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include "runtime/sdk/option_at.h"

namespace slipway::loader {
namespace {

// Far beyond what a stage needs; they end the walk over a list that does not end.
constexpr size_t kMaxText = 1024;  // bytes of a name or a sentence
constexpr int kMaxOptions = 1024;  // of a stage, with elements and fields
constexpr int kMaxNames = 256;     // of an enum, or of a list of tokens
constexpr int kMaxDepth = 8;       // of lists, maps and records in each other
constexpr uint32_t kMaxStages = 256;

constexpr uint32_t kFlags = SLIPWAY_REQUIRED | SLIPWAY_IN_CONTAINER | SLIPWAY_SECRET |
                            SLIPWAY_CHANGEABLE | SLIPWAY_HAS_MINIMUM | SLIPWAY_HAS_MAXIMUM |
                            SLIPWAY_OR_MAX;

bool IsShortName(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool IsOptionName(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

std::string Hex(uint64_t number) {
  char text[20];
  std::snprintf(text, sizeof(text), "0x%016llx", static_cast<unsigned long long>(number));
  return text;
}

std::string Abi(unsigned major, unsigned minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

// Where in the descriptor the walk is: a chain of parts, which becomes a text only in an error.
struct Field {
  const Field* above = nullptr;
  std::string_view part = {};
  int index = -1;  // not below 0: "[index]" instead of a part

  std::string ToString() const {
    std::string text = above ? above->ToString() : "";
    return index < 0 ? text.append(part) : text + "[" + std::to_string(index) + "]";
  }
};

// Of the names of a table, to compare few of them with each other: some stages have a hundred.
class SeenNames {
 public:
  // Takes the name in. False: no other like it has been taken in before.
  bool MayHave(std::string_view name) {
    uint32_t hash = 2166136261;  // FNV-1a
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    hash >>= 22;
    const uint64_t bit = uint64_t{1} << (hash % 64);
    const bool had = (bits_[hash / 64] & bit) != 0;
    bits_[hash / 64] |= bit;
    return had;
  }

 private:
  uint64_t bits_[16] = {};
};

// One walk over a descriptor, after magic, ABI and size have proved that it is one.
class Walk {
 public:
  explicit Walk(const std::string& path) : path_(path) {}

  Error Bad(const Field& field, const std::string& what) const {
    return Error("bad descriptor", field.ToString(), what + "; in " + path_);
  }

  Status Text(const Field& field, const char* text) const {
    if (text == nullptr || *text == '\0') return Bad(field, "missing");
    const size_t size = strnlen(text, kMaxText + 1);
    if (size > kMaxText) return Bad(field, "longer than " + std::to_string(kMaxText) + " bytes");
    if (std::string_view(text, size).find('\n') != std::string_view::npos) {
      return Bad(field, "of more than one line");
    }
    return Ok();
  }

  // names: ended by null. Fails when it does not seem to end, or when a name is empty.
  Status Names(const Field& field, const char* const* names) const {
    int count = 0;
    for (; names[count] != nullptr; ++count) {
      if (count == kMaxNames) {
        return Bad(field,
                   "more than " + std::to_string(kMaxNames) + " names; is the last one NULL?");
      }
      RETURN_IF_ERROR(Text({&field, {}, count}, names[count]));
    }
    return Ok();
  }

  Status Tokens(const Field& field, const char* const* tokens) const {
    return tokens == nullptr ? Ok() : Names(field, tokens);
  }

  // The options of a stage, depth 1, or the fields of a record.
  Status Table(const Field& field, const slipway_option* options, uint32_t count, int depth) {
    if (count > 0 && options == nullptr) {
      return Bad(field, std::to_string(count) + " of them at NULL");
    }
    SeenNames seen;
    for (uint32_t i = 0; i < count; ++i) {
      const slipway_option& option = OptionAt(options, i);
      const Field numbered{&field, {}, static_cast<int>(i)};
      RETURN_IF_ERROR(Text({&numbered, ".name"}, option.name));
      const Field dot{&field, "."};
      const Field named{&dot, option.name};
      RETURN_IF_ERROR(OptionName(numbered, option.name));
      RETURN_IF_ERROR(Text({&named, ".summary"}, option.summary));
      if (seen.MayHave(option.name) && IsAmong(options, i, option.name)) {
        return Bad(named, "declared twice");
      }
      if ((option.flags & SLIPWAY_REQUIRED) && option.fallback != nullptr) {
        return Bad(named, "required, and yet with a fallback");
      }
      RETURN_IF_ERROR(ShortName(named, options, i, depth));
      RETURN_IF_ERROR(Type(named, option, depth));
    }
    return Ok();
  }

 private:
  // Is the name that of one of the first `count` options? They all end: Text has looked.
  static bool IsAmong(const slipway_option* options, uint32_t count, const char* name) {
    for (uint32_t i = 0; i < count; ++i) {
      if (std::strcmp(OptionAt(options, i).name, name) == 0) return true;
    }
    return false;
  }

  // What `--set STAGE.NAME=VALUE` and a text form can tell from what surrounds it.
  Status OptionName(const Field& field, std::string_view name) const {
    const bool plain = name.front() != '-' && name.front() != '.' && name.back() != '.';
    if (plain && IsOptionName(name)) return Ok();
    return Bad({&field, ".name"},
               "an option's name is of letters, digits, '_', '-' and '.', and begins with none of "
               "'-' and '.', but this is \"" +
                   std::string(name) + "\"");
  }

  // Of the option at `index`.
  Status ShortName(const Field& option, const slipway_option* options, uint32_t index,
                   int depth) const {
    const char* name = OptionAt(options, index).short_name;
    if (name == nullptr) return Ok();
    const Field field{&option, ".short_name"};
    if (depth > 1) return Bad(field, "only an option of the stage itself has one");
    RETURN_IF_ERROR(Text(field, name));
    if (*name < 'a' || *name > 'z' || !IsShortName(name)) {
      return Bad(field,
                 "a short name is of a-z, 0-9 and '-', and begins with a letter, but this is "
                 "\"" +
                     std::string(name) + "\"");
    }
    for (uint32_t i = 0; i < index; ++i) {
      const slipway_option& other = OptionAt(options, i);
      if (other.short_name == nullptr || std::strcmp(other.short_name, name) != 0) continue;
      return Bad(field, "\"" + std::string(name) + "\" is that of " + other.name + " too");
    }
    return Ok();
  }

  // fields: of a record, each one checked.
  Status TextForm(const Field& field, const slipway_option& record) const {
    if (record.text_form == nullptr) return Ok();
    RETURN_IF_ERROR(Text(field, record.text_form));
    std::vector<std::string_view> seen;
    bool words = false;
    std::string_view rest = record.text_form;
    for (bool last = false; !last;) {
      const size_t colon = rest.find(':');
      const std::string_view part = rest.substr(0, colon);
      last = colon == std::string_view::npos;
      if (!last) rest.remove_prefix(colon + 1);
      const size_t equals = part.find('=');
      if (equals != std::string_view::npos) {
        RETURN_IF_ERROR(Word(field, record, part.substr(0, equals), part.substr(equals + 1)));
        words = true;
      } else if (words || Find(record, part) == nullptr || !IsScalar(*Find(record, part))) {
        return Bad(field, "\"" + std::string(part) + "\" is " +
                              (words ? "behind a word" : "no field of a single value"));
      }
      if (std::find(seen.begin(), seen.end(), part) != seen.end()) {
        return Bad(field, "\"" + std::string(part) + "\" is there twice");
      }
      seen.push_back(part);
    }
    if (seen.front().find('=') == std::string_view::npos) return Ok();
    return Bad(field, "it begins with no field");
  }

  Status Word(const Field& field, const slipway_option& record, std::string_view word,
              std::string_view name) const {
    if (word.empty() || !IsOptionName(word)) {
      return Bad(field, "\"" + std::string(word) + "\" is no word");
    }
    const slipway_option* flag = Find(record, name);
    if (flag != nullptr && flag->type == SLIPWAY_BOOL) return Ok();
    return Bad(field, "\"" + std::string(name) + "\" is no field that is true or false");
  }

  static const slipway_option* Find(const slipway_option& record, std::string_view name) {
    for (uint32_t i = 0; i < record.field_count; ++i) {
      const slipway_option& candidate = OptionAt(record.fields, i);
      if (name == candidate.name) return &candidate;
    }
    return nullptr;
  }

  static bool IsScalar(const slipway_option& option) {
    return option.type != SLIPWAY_LIST && option.type != SLIPWAY_MAP &&
           option.type != SLIPWAY_RECORD;
  }

  // What a value of the option may be; also of an element, which has neither name nor summary.
  Status Type(const Field& field, const slipway_option& option, int depth) {
    if (++options_ > kMaxOptions) {
      return Bad(field, "more than " + std::to_string(kMaxOptions) + " options in all");
    }
    if (depth > kMaxDepth) {
      return Bad(field, "nested more than " + std::to_string(kMaxDepth) + " deep");
    }
    if (option.flags & ~kFlags) return Bad(field, "unknown flags " + Hex(option.flags));
    if ((option.flags & (SLIPWAY_SECRET | SLIPWAY_CHANGEABLE)) && depth > 1) {
      return Bad(field, "only an option of the stage itself is secret, or changeable");
    }
    if ((option.flags & SLIPWAY_OR_MAX) && option.type != SLIPWAY_INTEGER &&
        option.type != SLIPWAY_DECIMAL && option.type != SLIPWAY_BYTES &&
        option.type != SLIPWAY_DURATION) {
      return Bad(field, "only a number may be max");
    }
    if (LowestOf(option) > HighestOf(option)) {
      return Bad(field, "minimum " + std::to_string(option.minimum) + " above maximum " +
                            std::to_string(option.maximum));
    }
    if (option.text_form != nullptr && option.type != SLIPWAY_RECORD) {
      return Bad({&field, ".text_form"}, "only a record has one");
    }
    switch (option.type) {
      case SLIPWAY_STRING:
      case SLIPWAY_BOOL:
      case SLIPWAY_INTEGER:
      case SLIPWAY_DECIMAL:
      case SLIPWAY_BYTES:
      case SLIPWAY_DURATION:
      case SLIPWAY_PATH:
      case SLIPWAY_MODE:
      case SLIPWAY_USER:
        return Ok();
      case SLIPWAY_ENUM:
        if (option.names == nullptr || option.names[0] == nullptr) {
          return Bad(field, "an enum without names");
        }
        return Names({&field, ".names"}, option.names);
      case SLIPWAY_LIST:
      case SLIPWAY_MAP:
        if (option.element == nullptr) return Bad(field, "a list or map without element");
        return Type({&field, "[]"}, *option.element, depth + 1);
      case SLIPWAY_RECORD:
        if (option.field_count == 0) return Bad(field, "a record without fields");
        RETURN_IF_ERROR(Table(field, option.fields, option.field_count, depth + 1));
        return TextForm({&field, ".text_form"}, option);
      default:
        return Bad(field, "unknown type " + std::to_string(option.type));
    }
  }

  const std::string& path_;
  int options_ = 0;
};

// One of the sizes that a plugin was built with.
Status CheckSize(const char* what, uint32_t size, size_t own, const std::string& path) {
  if (size == own) return Ok();
  return Error(std::string("wrong size of ") + what, std::to_string(size),
               "this runtime wants " + std::to_string(own) + "; rebuild the stage: " + path);
}

// Until 1.0, a table of another minor version may have other fields.
Status CheckTable(const slipway_plugin& plugin, const std::string& path) {
  if (plugin.magic != SLIPWAY_MAGIC) {
    return Error("wrong magic", Hex(plugin.magic),
                 "a plugin begins with " + Hex(SLIPWAY_MAGIC) + "; this is none: " + path);
  }
  RETURN_IF_ERROR(CheckAbi(plugin.abi_major, plugin.abi_minor, path));
  RETURN_IF_ERROR(CheckSize("the plugin's table", plugin.struct_size, sizeof(plugin), path));
  RETURN_IF_ERROR(CheckSize("an option", plugin.option_size, kOptionSize, path));
  RETURN_IF_ERROR(CheckSize("a stage", plugin.stage_size, sizeof(slipway_stage), path));
  if (plugin.stage_count > 0 && plugin.stage_count <= kMaxStages && plugin.stages != nullptr) {
    return Ok();
  }
  return Error("wrong number of stages", std::to_string(plugin.stage_count),
               "a plugin has 1 to " + std::to_string(kMaxStages) + "; file: " + path);
}

// A hook that is to hold for an exec, and is not there.
Status CheckJoins(const slipway_stage& stage, const Walk& walk) {
  uint32_t there = 0;
  if (stage.pre_clone != nullptr) there |= SLIPWAY_JOIN_PRE_CLONE;
  if (stage.in_child != nullptr) there |= SLIPWAY_JOIN_IN_CHILD;
  if (stage.finish != nullptr) there |= SLIPWAY_JOIN_FINISH;
  if (there != 0) there |= SLIPWAY_JOIN_TERMINAL;
  if ((stage.joins & ~there) == 0) return Ok();
  return walk.Bad({nullptr, "joins"}, "it names a hook that the stage does not have, " +
                                          std::to_string(stage.joins & ~there));
}

Status CheckStage(const slipway_stage& stage, const std::string& path) {
  Walk walk(path);
  RETURN_IF_ERROR(walk.Text({nullptr, "version"}, stage.version));
  RETURN_IF_ERROR(walk.Text({nullptr, "summary"}, stage.summary));
  if (stage.privileges > SLIPWAY_ROOT) {
    return walk.Bad({nullptr, "privileges"}, "unknown value " + std::to_string(stage.privileges));
  }
  RETURN_IF_ERROR(CheckJoins(stage, walk));
  if (stage.oldest_record_version > stage.record_version) {
    return walk.Bad({nullptr, "oldest_record_version"},
                    std::to_string(stage.oldest_record_version) + " above record_version " +
                        std::to_string(stage.record_version));
  }
  if (stage.needs != nullptr) RETURN_IF_ERROR(walk.Text({nullptr, "needs"}, stage.needs));
  RETURN_IF_ERROR(walk.Table({nullptr, "options"}, stage.options, stage.option_count, 1));
  RETURN_IF_ERROR(walk.Tokens({nullptr, "provides"}, stage.provides));
  RETURN_IF_ERROR(walk.Tokens({nullptr, "requires"}, stage.requires_));
  RETURN_IF_ERROR(walk.Tokens({nullptr, "after"}, stage.after));
  return walk.Tokens({nullptr, "conflicts"}, stage.conflicts);
}

}  // namespace

Status CheckAbi(uint32_t major, uint32_t minor, const std::string& path) {
  if (major == SLIPWAY_ABI_MAJOR && minor == SLIPWAY_ABI_MINOR) return Ok();
  return Error("wrong ABI", Abi(major, minor),
               "this runtime wants " + Abi(SLIPWAY_ABI_MAJOR, SLIPWAY_ABI_MINOR) +
                   "; rebuild the stage: " + path);
}

Result<const slipway_stage*> FindStage(const slipway_plugin& plugin, const std::string& name,
                                       const std::string& path) {
  RETURN_IF_ERROR(CheckTable(plugin, path));
  const Walk walk(path);
  for (uint32_t i = 0; i < plugin.stage_count; ++i) {
    const Field field{nullptr, "stages", -1};
    const Field numbered{&field, {}, static_cast<int>(i)};
    const slipway_stage* stage = plugin.stages[i];
    if (stage == nullptr) return walk.Bad(numbered, "missing");
    RETURN_IF_ERROR(walk.Text({&numbered, ".name"}, stage->name));
    if (name != stage->name) continue;
    RETURN_IF_ERROR(CheckStage(*stage, path));
    return stage;
  }
  std::string names;
  for (uint32_t i = 0; i < plugin.stage_count; ++i) {
    names.append(i == 0 ? "" : ", ").append(plugin.stages[i]->name);
  }
  return Error("no such stage in the plugin", name, "it has " + names + "; file: " + path);
}

}  // namespace slipway::loader
