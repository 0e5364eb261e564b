// Options as plain members: the C++ face over the option table of abi.h.
//
//   class Uts final : public Stage {
//    public:
//     static constexpr auto Options() {
//       return OptionTable(Option<&Uts::hostname_>("hostname", "Host name inside the container",
//                                                  {.fallback = "container"}));
//     }
//    private:
//     std::string hostname_;
//   };
//
// The type of the member decides the type of the option:
//   std::string, bool, int64_t, Decimal, Bytes, std::chrono::nanoseconds, Mode, User, HostPath,
//   ContainerPath, an enum with a kNamesOf specialisation, std::vector<T>,
//   std::map<std::string, T>, a struct with an Options() of its own (a record), and
//   std::optional<T> for an option that may be absent.
// A record may say how it is written as one text: see HasTextForm, and text_form in abi.h.

#ifndef SLIPWAY_RUNTIME_SDK_OPTIONS_H_
#define SLIPWAY_RUNTIME_SDK_OPTIONS_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "runtime/sdk/abi.h"

namespace slipway {

// A number of bytes, written as 512MiB.
struct Bytes {
  int64_t count = 0;
};

// A number with up to three decimal places, such as 1.5.
struct Decimal {
  int64_t thousandths = 0;
};

// An absolute path on the host; the host has resolved it against the config file's folder.
struct HostPath {
  std::string path;
};

// An absolute path inside the container. Open it with Child::OpenInRoot, never by itself.
struct ContainerPath {
  std::string path;
};

// Of a number that may be "max"; see OptionRules::or_max.
inline constexpr int64_t kMax = INT64_MAX;

// A user of the container, and perhaps a group: "1000:1000", "www-data". As slipway_process.user.
struct User {
  std::string text;
};

// Permissions, written in octal as 0755: the bits of chmod(2).
struct Mode {
  uint32_t bits = 0;
};

// Specialise for an enum, outside its namespace: the names of its values 0, 1, ..., then nullptr.
template <typename Enum>
inline constexpr std::array<const char*, 0> kNamesOf{};

// What a table says of an option beyond name and summary; see slipway_option.
struct OptionRules {
  const char* fallback = nullptr;
  bool required = false;
  const char* unit = nullptr;
  std::optional<int64_t> minimum = {};
  std::optional<int64_t> maximum = {};
  const char* short_name = nullptr;
  bool secret = false;      // never written down or printed; absent in Report and Teardown
  bool changeable = false;  // Update can change it while the container runs
  bool or_max = false;      // of a number: may also be the word "max", kMax
};

namespace internal {

template <auto Member>
struct MemberOf;
template <typename S, typename T, T S::*Member>
struct MemberOf<Member> {
  using Owner = S;
  using Type = T;
};

// Of a type that cannot be an option's, and, like all static_asserts here, for an author to read.
template <typename T, typename = void>
struct TypeOf {
  static_assert(
      sizeof(T) == 0,
      "the member of an option is a std::string, bool, int64_t, slipway::Decimal, Bytes, "
      "Mode, User, HostPath, ContainerPath, std::chrono::nanoseconds, an enum, a struct with "
      "Options() of its own, or a std::vector, std::map<std::string, ...> or "
      "std::optional of these");
  static constexpr slipway_option Shape() { return {}; }
  static T Read(const slipway_value&);
};

template <uint32_t Type, uint32_t Flags = 0>
struct Scalar {
  static constexpr slipway_option Shape() {
    slipway_option option{};
    option.type = Type;
    option.flags = Flags;
    return option;
  }
};

template <>
struct TypeOf<std::string> : Scalar<SLIPWAY_STRING> {
  static std::string Read(const slipway_value& value) { return value.as.string; }
};
template <>
struct TypeOf<bool> : Scalar<SLIPWAY_BOOL> {
  static bool Read(const slipway_value& value) { return value.as.integer != 0; }
};
template <>
struct TypeOf<int64_t> : Scalar<SLIPWAY_INTEGER> {
  static int64_t Read(const slipway_value& value) { return value.as.integer; }
};
template <>
struct TypeOf<Decimal> : Scalar<SLIPWAY_DECIMAL> {
  static Decimal Read(const slipway_value& value) { return {value.as.integer}; }
};
template <>
struct TypeOf<Bytes> : Scalar<SLIPWAY_BYTES> {
  static Bytes Read(const slipway_value& value) { return {value.as.integer}; }
};
template <>
struct TypeOf<std::chrono::nanoseconds> : Scalar<SLIPWAY_DURATION> {
  static std::chrono::nanoseconds Read(const slipway_value& value) {
    return std::chrono::nanoseconds(value.as.integer);
  }
};
template <>
struct TypeOf<Mode> : Scalar<SLIPWAY_MODE> {
  static Mode Read(const slipway_value& value) { return {static_cast<uint32_t>(value.as.integer)}; }
};
template <>
struct TypeOf<User> : Scalar<SLIPWAY_USER> {
  static User Read(const slipway_value& value) { return {value.as.string}; }
};
template <>
struct TypeOf<HostPath> : Scalar<SLIPWAY_PATH> {
  static HostPath Read(const slipway_value& value) { return {value.as.string}; }
};
template <>
struct TypeOf<ContainerPath> : Scalar<SLIPWAY_PATH, SLIPWAY_IN_CONTAINER> {
  static ContainerPath Read(const slipway_value& value) { return {value.as.string}; }
};

// Is the last one nullptr, and no other?
template <size_t N>
constexpr bool Ends(const std::array<const char*, N>& names) {
  size_t nulls = 0;
  for (const char* name : names) nulls += name == nullptr ? 1 : 0;
  return nulls == 1 && names[N - 1] == nullptr;
}

template <typename E>
struct TypeOf<E, std::enable_if_t<std::is_enum_v<E>>> {
  static constexpr slipway_option Shape() {
    static_assert(kNamesOf<E>.size() > 0, "specialise slipway::kNamesOf for this enum");
    if constexpr (kNamesOf<E>.size() > 0) {
      static_assert(Ends(kNamesOf<E>), "slipway::kNamesOf ends with nullptr");
    }
    slipway_option option{};
    option.type = SLIPWAY_ENUM;
    option.names = kNamesOf<E>.data();
    return option;
  }
  static E Read(const slipway_value& value) { return static_cast<E>(value.as.integer); }
};

template <typename T>
struct TypeOf<std::optional<T>> {
  static constexpr slipway_option Shape() { return TypeOf<T>::Shape(); }
  static std::optional<T> Read(const slipway_value& value) { return TypeOf<T>::Read(value); }
};

template <typename T>
inline constexpr slipway_option kElement = TypeOf<T>::Shape();

template <typename T>
struct TypeOf<std::vector<T>> {
  static constexpr slipway_option Shape() {
    slipway_option option{};
    option.type = SLIPWAY_LIST;
    option.element = &kElement<T>;
    return option;
  }
  static std::vector<T> Read(const slipway_value& value) {
    std::vector<T> list;
    list.reserve(value.count);
    for (uint32_t i = 0; i < value.count; ++i) list.push_back(TypeOf<T>::Read(value.as.items[i]));
    return list;
  }
};

template <typename T>
struct TypeOf<std::map<std::string, T>> {
  static constexpr slipway_option Shape() {
    slipway_option option{};
    option.type = SLIPWAY_MAP;
    option.element = &kElement<T>;
    return option;
  }
  static std::map<std::string, T> Read(const slipway_value& value) {
    std::map<std::string, T> map;
    for (uint32_t i = 0; i < value.count; ++i) {
      map.emplace(value.as.items[2 * i].as.string, TypeOf<T>::Read(value.as.items[2 * i + 1]));
    }
    return map;
  }
};

}  // namespace internal

// One row of an OptionTable.
template <typename S>
struct Field {
  slipway_option option;
  void (*read)(S& owner, const slipway_value& value);
};

template <auto Member>
constexpr auto Option(const char* name, const char* summary, OptionRules rules = {}) {
  using Owner = typename internal::MemberOf<Member>::Owner;
  using Type = internal::TypeOf<typename internal::MemberOf<Member>::Type>;
  slipway_option option = Type::Shape();
  option.name = name;
  option.summary = summary;
  option.fallback = rules.fallback;
  option.unit = rules.unit;
  option.short_name = rules.short_name;
  option.minimum = rules.minimum.value_or(0);
  option.maximum = rules.maximum.value_or(0);
  if (rules.required) option.flags |= SLIPWAY_REQUIRED;
  if (rules.secret) option.flags |= SLIPWAY_SECRET;
  if (rules.changeable) option.flags |= SLIPWAY_CHANGEABLE;
  if (rules.or_max) option.flags |= SLIPWAY_OR_MAX;
  if (rules.minimum) option.flags |= SLIPWAY_HAS_MINIMUM;
  if (rules.maximum) option.flags |= SLIPWAY_HAS_MAXIMUM;
  return Field<Owner>{
      option, [](Owner& owner, const slipway_value& value) { owner.*Member = Type::Read(value); }};
}

template <typename First, typename... Others>
constexpr auto OptionTable(First first, Others... others) {
  static_assert((std::is_same_v<First, Others> && ...),
                "the options of one table are members of one class");
  return std::array{first, others...};
}

class Stage;
constexpr std::array<Field<Stage>, 0> OptionTable() { return {}; }

namespace internal {

// The table of S, split into what the host reads and how S reads its values.
template <typename S>
struct Options {
  static constexpr auto kFields = S::Options();  // gone by the time that the stage runs
  static constexpr size_t kCount = kFields.size();
  static constexpr std::array<slipway_option, kCount> kTable = [] {
    std::array<slipway_option, kCount> table{};
    for (size_t i = 0; i < kCount; ++i) table[i] = kFields[i].option;
    return table;
  }();
  static_assert(
      [] {
        for (const slipway_option& option : kTable) {
          if ((option.flags & SLIPWAY_REQUIRED) && option.fallback) return false;
        }
        return true;
      }(),
      "an option that is required has no fallback: nothing would ever use it");
  static constexpr auto kReaders = [] {
    std::array<decltype(kFields[0].read), kCount> readers{};
    for (size_t i = 0; i < kCount; ++i) readers[i] = kFields[i].read;
    return readers;
  }();

  static void Read(S& owner, const slipway_value* values) {
    for (size_t i = 0; i < kCount; ++i) {
      if (values[i].type) kReaders[i](owner, values[i]);
    }
  }
};

// A record that has a text form says it as `static constexpr const char* kTextForm`, such as
// "source:target:ro=readonly".
template <typename S>
concept HasTextForm = requires {
  S::kTextForm;
};

template <typename S>
struct TypeOf<S, std::enable_if_t<std::is_class_v<S> && (sizeof(S::Options()) > 0)>> {
  static constexpr slipway_option Shape() {
    static_assert(Options<S>::kCount > 0, "a record has at least one option");
    slipway_option option{};
    option.type = SLIPWAY_RECORD;
    option.fields = Options<S>::kTable.data();
    option.field_count = Options<S>::kCount;
    if constexpr (HasTextForm<S>) option.text_form = S::kTextForm;
    return option;
  }
  static S Read(const slipway_value& value) {
    S record{};
    Options<S>::Read(record, value.as.items);
    return record;
  }
};

}  // namespace internal
}  // namespace slipway

#endif  // SLIPWAY_RUNTIME_SDK_OPTIONS_H_
