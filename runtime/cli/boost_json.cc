// Boost.JSON, compiled here as its header-only form has it: what nobody uses of it is left out
// then, and with that the streams and locales of C++, whose initialisation each start would pay
// for.

#include <boost/json/src.hpp>
