// What libstdc++ would set up and nobody here uses. The linker (--wrap of ld(1), see BUILD) gives
// whoever asks for it the functions below instead.

// std::cin, std::cout and the like. With them come the locales of C++, char and wchar_t. Libraries
// that include <iostream> ask for them in a static initialiser each.
extern "C" void __wrap__ZNSt8ios_base4InitC1Ev(void*) {}

// The tables of std::ctype<wchar_t>, of the locale that comes with the first stream: some 400 calls
// of the C library.
extern "C" void __wrap__ZNSt5ctypeIwE19_M_initialize_ctypeEv(void*) {}
