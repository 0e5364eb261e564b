// std::cin, std::cout and the like are never set up: nobody here uses them, and with them come the
// locales of C++, char and wchar_t. Libraries that include <iostream> ask for them in a static
// initialiser each; the linker (--wrap of ld(1), see BUILD) gives these the function below instead.

extern "C" void __wrap__ZNSt8ios_base4InitC1Ev(void*) {}
