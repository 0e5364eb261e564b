// Numbers as people write them: what the reading of options takes, the other way round.

#ifndef SLIPWAY_RUNTIME_TEXT_AMOUNT_H_
#define SLIPWAY_RUNTIME_TEXT_AMOUNT_H_

#include <cstdint>
#include <string>

namespace slipway::text {

// 512MiB, in the largest of KiB, MiB, GiB and TiB that leaves a whole number; else in bytes.
std::string Size(int64_t bytes);

// 1500ms, in the largest of ns, us, ms, s, m and h that leaves a whole number.
std::string Duration(int64_t nanoseconds);

// 1.5 of 1500.
std::string Thousandths(int64_t number);

// 0755 of 493.
std::string Octal(int64_t bits);

}  // namespace slipway::text

#endif  // SLIPWAY_RUNTIME_TEXT_AMOUNT_H_
