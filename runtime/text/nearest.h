// "Did you mean": the nearest right name to a wrong one, as a hint for an error.

#ifndef SLIPWAY_RUNTIME_TEXT_NEAREST_H_
#define SLIPWAY_RUNTIME_TEXT_NEAREST_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::text {

// How many letters must be put in, taken out, replaced or swapped with their neighbour to make
// one word of the other.
size_t EditDistance(std::string_view a, std::string_view b);

// The first of `names` that is most like `wrong`; empty when none is much like it.
std::string Nearest(std::string_view wrong, const std::vector<std::string>& names);

// `did you mean "hostname"?`, or, when nothing is near, what there is: `one of: a, b, c`. Empty
// when there are no names.
std::string SuggestName(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace slipway::text

#endif  // SLIPWAY_RUNTIME_TEXT_NEAREST_H_
