// In place of libstdc++'s memory for exceptions, which takes 72 KiB from the heap when a library is
// loaded, once in each plugin: pages that a start would touch and the process keep for the case
// that memory runs out. Here that case has a few slots in .bss, which cost nothing until then.
//
// Itanium C++ ABI: Exception Handling, 2.4.2 ("Allocating the Exception Object"): what is thrown
// lies behind a header of the C++ runtime.

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <exception>

namespace {

// libstdc++'s, on 64-bit machines. More would be as good, since the header ends where the object
// begins; but where libstdc++ is linked as a shared library, it is its own function that gives back
// what is allocated here.
constexpr size_t kHeader = 128;
constexpr size_t kSlotSize = 512;

struct Slot {
  alignas(std::max_align_t) char bytes[kSlotSize];
  bool taken;
};

// One that is being handled, and one that is thrown meanwhile. More would need a page of their own.
Slot slots[2];

void* TakeSlot(size_t size) {
  for (Slot& slot : slots) {
    if (slot.taken || size > kSlotSize) continue;
    slot.taken = true;
    return slot.bytes;
  }
  std::terminate();
}

char* Allocate(size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) memory = TakeSlot(size);
  std::memset(memory, 0, kHeader);
  return static_cast<char*>(memory);
}

void Free(char* memory) {
  for (Slot& slot : slots) {
    if (memory != slot.bytes) continue;
    slot.taken = false;
    return;
  }
  std::free(memory);
}

}  // namespace

extern "C" {

void* __cxa_allocate_exception(size_t size) noexcept;
void __cxa_free_exception(void* object) noexcept;
void* __cxa_allocate_dependent_exception() noexcept;
void __cxa_free_dependent_exception(void* header) noexcept;

void* __cxa_allocate_exception(size_t size) noexcept { return Allocate(kHeader + size) + kHeader; }

void __cxa_free_exception(void* object) noexcept { Free(static_cast<char*>(object) - kHeader); }

void* __cxa_allocate_dependent_exception() noexcept { return Allocate(kHeader); }

void __cxa_free_dependent_exception(void* header) noexcept { Free(static_cast<char*>(header)); }

}  // extern "C"

namespace __gnu_cxx {

// Belongs to the same part of libstdc++: valgrind would have it give its memory back.
void __freeres();
void __freeres() {}

}  // namespace __gnu_cxx
