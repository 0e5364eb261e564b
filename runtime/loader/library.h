// Shared libraries, loaded with Boost.DLL.

#ifndef SLIPWAY_RUNTIME_LOADER_LIBRARY_H_
#define SLIPWAY_RUNTIME_LOADER_LIBRARY_H_

#include <boost/dll/shared_library.hpp>
#include <string>

#include "runtime/sdk/result.h"

namespace slipway::loader {

// The library in the file `path`, absolute or with a slash; it stays loaded to the end of the
// process. shown: the path that people know the file by, for errors.
Result<boost::dll::shared_library*> OpenLibrary(const std::string& path, const std::string& shown);

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_LIBRARY_H_
