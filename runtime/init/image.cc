#include "runtime/init/image.h"

namespace slipway::init {
namespace {

constexpr unsigned char kImage[] = {
#include "runtime/init/bytes.inc"
};

}  // namespace

std::string_view Image() { return {reinterpret_cast<const char*>(kImage), sizeof(kImage)}; }

}  // namespace slipway::init
