// "did you mean": the hint for a name that is not among the names that there are.

#ifndef SLIPWAY_RUNTIME_TEXT_NEAREST_H_
#define SLIPWAY_RUNTIME_TEXT_NEAREST_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::text {

// How many letters must be added, dropped, replaced, or swapped with their neighbour to make `b`
// of `a`.
size_t EditDistance(std::string_view a, std::string_view b);

// The name in small letters, with '-' for '_': what people mean by it, however they write it.
std::string PlainName(std::string_view name);

// The first of `names` that is most like `written`; empty when none is much like it. It is one of
// the views in `names`. Capitals and underscores count for nothing: "Cgroup_V1" is "cgroup-v1".
std::string_view Nearest(std::string_view written, const std::vector<std::string_view>& names);

// "did you mean "hostname"?" when a name is near enough to `written`, else "one of a, b, c", cut
// after about 200 bytes. Without any names: `none`.
std::string NearestHint(std::string_view written, const std::vector<std::string_view>& names,
                        std::string_view none);

// "a, b, c", cut after about 200 bytes.
std::string JoinNames(const std::vector<std::string_view>& names);

}  // namespace slipway::text

#endif  // SLIPWAY_RUNTIME_TEXT_NEAREST_H_
