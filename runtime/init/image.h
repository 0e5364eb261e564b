// The program slipway-init as bytes, so that no file of it has to be found, or trusted.

#ifndef SLIPWAY_RUNTIME_INIT_IMAGE_H_
#define SLIPWAY_RUNTIME_INIT_IMAGE_H_

#include <string_view>

namespace slipway::init {

// kOrdersAt bytes, with zeros behind the program.
std::string_view Image();

}  // namespace slipway::init

#endif  // SLIPWAY_RUNTIME_INIT_IMAGE_H_
