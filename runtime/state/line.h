// One line of a journal: "CHECKSUM PAYLOAD\n". The checksum tells a whole line from one whose
// writing was cut short; a payload is any bytes.

#ifndef SLIPWAY_RUNTIME_STATE_LINE_H_
#define SLIPWAY_RUNTIME_STATE_LINE_H_

#include <optional>
#include <string>
#include <string_view>

namespace slipway::state {

// The line of a payload, with its newline. The checksum is the CRC-32 of what stands behind it, in
// 8 hexadecimal digits. A newline of the payload is written as "\n", a backslash as "\\".
std::string FormatLine(std::string_view payload);

// The payload of a line, given without its newline; nullopt when the line is not whole.
std::optional<std::string> ParseLine(std::string_view line);

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_LINE_H_
