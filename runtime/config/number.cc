#include "runtime/config/number.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <string>

namespace slipway::config {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr size_t kMaxPlaces = 18;  // 10^18 is the largest power of ten in an int64_t
__extension__ using Wide = __int128;

struct Unit {
  std::string_view suffix;
  int64_t scale;
};
constexpr Unit kSizes[] = {
    {"", 1},
    {"K", int64_t{1} << 10},
    {"KiB", int64_t{1} << 10},
    {"M", int64_t{1} << 20},
    {"MiB", int64_t{1} << 20},
    {"G", int64_t{1} << 30},
    {"GiB", int64_t{1} << 30},
    {"T", int64_t{1} << 40},
    {"TiB", int64_t{1} << 40},
};
constexpr Unit kDurations[] = {
    {"ns", 1},
    {"us", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
};

// "1.50GiB" -> "1", "5", "GiB". Zeros at the end of the fraction are gone.
struct Amount {
  std::string_view whole;
  std::string_view fraction;
  size_t places = 0;  // as written
  std::string_view suffix;
};

std::string_view TakeDigits(std::string_view& text) {
  const std::string_view digits = text.substr(0, text.find_first_not_of("0123456789"));
  text.remove_prefix(digits.size());
  return digits;
}

std::optional<Amount> SplitAmount(std::string_view text) {
  Amount amount;
  amount.whole = TakeDigits(text);
  if (amount.whole.empty()) return std::nullopt;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    amount.fraction = TakeDigits(text);
    amount.places = amount.fraction.size();
    if (amount.places == 0) return std::nullopt;
    while (amount.fraction.ends_with('0')) amount.fraction.remove_suffix(1);
  }
  amount.suffix = text;
  return amount;
}

// Only digits; nothing when the number does not fit.
std::optional<int64_t> ToInteger(std::string_view digits, int base = 10) {
  int64_t number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

// amount * scale. `text` and `what` ("bytes") are for the error.
Result<int64_t> Multiply(const Amount& amount, int64_t scale, std::string_view text,
                         std::string_view what) {
  const std::optional<int64_t> whole = ToInteger(amount.whole);
  if (!whole) return Error("out of range", text);
  Wide total = Wide{*whole} * scale;
  if (!amount.fraction.empty()) {
    const std::string fine = "not a whole number of " + std::string(what);
    if (amount.fraction.size() > kMaxPlaces) return Error(fine, text);
    int64_t power = 1;
    for (size_t i = 0; i < amount.fraction.size(); ++i) power *= 10;
    const Wide part = Wide{ToInteger(amount.fraction).value_or(0)} * scale;
    if (part % power != 0) return Error(fine, text);
    total += part / power;
  }
  if (total > kMax) return Error("out of range", text);
  return static_cast<int64_t>(total);
}

constexpr std::string_view kSizeUnits =
    "units are KiB MiB GiB TiB, or K M G T for the same; a plain number is in bytes";
constexpr std::string_view kDurationUnits = "units are ns us ms s m h";

// "512MB", "64k", "1 GiB": a size to most people, but of two readings, or not quite in its form.
// The hint gives the right form.
std::string SizeHint(const Amount& amount, std::string_view text) {
  constexpr std::string_view kPrefixes = "KMGT";
  const std::string number(text.substr(0, text.size() - amount.suffix.size()));
  std::string_view unit = amount.suffix;
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  std::string write;
  if (unit == "B" || unit == "b") write = number;
  if (!unit.empty()) {
    const char upper = static_cast<char>(unit[0] & ~0x20);
    const std::string_view rest = unit.substr(1);
    const bool known = rest.empty() || rest == "B" || rest == "b" || rest == "ib" || rest == "IB" ||
                       rest == "iB" || rest == "i";
    if (kPrefixes.find(upper) != std::string_view::npos && known) write = number + upper + "iB";
  }
  if (!write.empty()) write = "write " + write + "; ";
  return write.append(kSizeUnits);
}

std::string DurationHint(const Amount& amount, std::string_view text) {
  const std::string number(text.substr(0, text.size() - amount.suffix.size()));
  std::string write;
  if (amount.suffix.empty()) write = "write " + number + "ms or " + number + "s; ";
  return write.append(kDurationUnits);
}

// text: for the error, with the sign, if it has one.
Result<int64_t> Nanoseconds(std::string_view length, std::string_view text) {
  const std::optional<Amount> amount = SplitAmount(length);
  if (!amount) return Error("not a duration", text);
  if (amount->suffix.empty()) {
    return Error("a duration without a unit", text, DurationHint(*amount, text));
  }
  for (const Unit& unit : kDurations) {
    if (unit.suffix == amount->suffix) return Multiply(*amount, unit.scale, text, "nanoseconds");
  }
  return Error("not a duration", text, DurationHint(*amount, text));
}

// In YAML 1.1 and in C, 0755 is octal; in YAML 1.2 it is not.
std::string LeadingZeroHint(bool negative, std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  const std::string sign = negative ? "-" : "";
  const std::string number(digits);
  std::string hint = "write " + sign + number;
  if (digits.find_first_of("89") == std::string_view::npos) {
    hint += ", or " + sign + "0o" + number + " in octal";
  }
  return hint;
}

}  // namespace

Result<int64_t> ParseInteger(std::string_view text) {
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  int base = 10;
  if (digits.starts_with("0x")) base = 16;
  if (digits.starts_with("0o")) base = 8;
  if (base != 10) digits.remove_prefix(2);
  constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
  const size_t known = base == 16 ? kDigits.size() : static_cast<size_t>(base);
  if (digits.empty() || digits.find_first_not_of(kDigits.substr(0, known)) != digits.npos) {
    return Error("not an integer", text);
  }
  if (base == 10 && digits.size() > 1 && digits[0] == '0') {
    return Error("a leading zero", text, LeadingZeroHint(negative, digits));
  }
  const std::string signed_digits = (negative ? "-" : "") + std::string(digits);
  const std::optional<int64_t> number = ToInteger(signed_digits, base);
  if (!number) return Error("out of range", text);
  return *number;
}

Result<int64_t> ParseDecimal(std::string_view text) {
  constexpr size_t kPlaces = 3;
  constexpr int64_t kThousand = 1000;
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.remove_prefix(1);
  const std::optional<Amount> amount = SplitAmount(digits);
  if (!amount || !amount->suffix.empty()) return Error("not a number", text);
  if (amount->places > kPlaces) return Error("more than three decimal places", text);
  ASSIGN_OR_RETURN(const int64_t thousandths, Multiply(*amount, kThousand, text, "thousandths"));
  return negative ? -thousandths : thousandths;
}

Result<int64_t> ParseBytes(std::string_view text) {
  const std::optional<Amount> amount = SplitAmount(text);
  if (!amount) return Error("not a size", text);
  for (const Unit& unit : kSizes) {
    if (unit.suffix == amount->suffix) return Multiply(*amount, unit.scale, text, "bytes");
  }
  return Error("not a size", text, SizeHint(*amount, text));
}

Result<int64_t> ParseDuration(std::string_view text) { return Nanoseconds(text, text); }

Result<int64_t> ParseSignedDuration(std::string_view text) {
  std::string_view length = text;
  const bool negative = length.starts_with('-');
  if (negative || length.starts_with('+')) length.remove_prefix(1);
  ASSIGN_OR_RETURN(const int64_t nanoseconds, Nanoseconds(length, text));
  return negative ? -nanoseconds : nanoseconds;
}

Result<int64_t> ParseMode(std::string_view text) {
  constexpr int64_t kAllBits = 07777;
  constexpr std::string_view kOctal = "01234567";
  std::string_view digits = text;
  if (digits.starts_with("0o")) digits.remove_prefix(2);
  if (digits.empty() || digits.find_first_not_of(kOctal) != std::string_view::npos) {
    return Error("not permissions in octal", text);
  }
  const std::optional<int64_t> bits = ToInteger(digits, 8);
  if (!bits || *bits > kAllBits) return Error("out of range", text);
  return *bits;
}

Result<int64_t> ParseBool(std::string_view text) {
  if (text == "true") return int64_t{1};
  if (text == "false") return int64_t{0};
  return Error("neither true nor false", text);
}

}  // namespace slipway::config
