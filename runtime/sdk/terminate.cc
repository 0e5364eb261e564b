// In place of libstdc++'s handler of exceptions that nobody catches, which carries a demangler for
// its message into each plugin: half of a small plugin, and of what loading it relocates. The host
// names the hook of a process that aborts.

#include <cstdlib>

namespace __gnu_cxx {

void __verbose_terminate_handler();
void __verbose_terminate_handler() { std::abort(); }

}  // namespace __gnu_cxx
