// In place of std::ios_base::Init, which sets up std::cout and the others with their locale when a
// program is loaded, as soon as one file of a library includes <iostream>: a dozen pages. Nothing
// here uses them; the linker sends all calls of its constructor and destructor to these (--wrap, see
// BUILD).

extern "C" {

void __wrap__ZNSt8ios_base4InitC1Ev(void* init);
void __wrap__ZNSt8ios_base4InitC1Ev(void* /*init*/) {}

void __wrap__ZNSt8ios_base4InitD1Ev(void* init);
void __wrap__ZNSt8ios_base4InitD1Ev(void* /*init*/) {}

}  // extern "C"
