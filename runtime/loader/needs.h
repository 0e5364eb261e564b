// What a plugin brings along: the libraries that it needs.
//
// The dynamic loader would look for them by itself, and ask nobody. So only libraries that are the
// system's may be needed; those beside the C library and the compiler's own are looked for here, in
// the folders of the system, judged as the plugin is, and loaded before it: the dynamic loader then
// takes what is there already, dlopen(3).

#ifndef SLIPWAY_RUNTIME_LOADER_NEEDS_H_
#define SLIPWAY_RUNTIME_LOADER_NEEDS_H_

#include <string>
#include <string_view>

#include "runtime/loader/elf.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/trust.h"

namespace slipway::loader {

// Is it one of the C library's, of gcc's or of C++'s, which are not looked at?
bool IsOfTheLanguage(std::string_view library);

// Fails unless the library in the file `path` may be loaded with what it needs; then all of that is
// loaded but what IsOfTheLanguage.
// trusted: null where nobody asks whom files belong to. Then only what leads the dynamic loader
// astray is refused.
Status AdmitNeeds(const Dynamic& dynamic, const std::string& path, sys::TrustedPaths* trusted);

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_NEEDS_H_
