// System calls without a C library: syscall(2), "Architecture calling conventions". The result is
// the kernel's: -errno when it failed.

#ifndef SLIPWAY_RUNTIME_INIT_SYSTEM_CALL_H_
#define SLIPWAY_RUNTIME_INIT_SYSTEM_CALL_H_

#include <signal.h>
#include <sys/syscall.h>

#include <type_traits>

namespace slipway::init {

// As <errno.h> and <sys/socket.h> have them, which belong to the C library.
inline constexpr long kNoEntry = 2;
inline constexpr long kInterrupted = 4;
inline constexpr long kTryLater = 11;
inline constexpr long kInvalid = 22;
inline constexpr long kTooManyFiles = 24;
inline constexpr int kNoSignal = 0x4000;
inline constexpr int kCloseOnExec = 0x80000;            // SOCK_CLOEXEC
inline constexpr int kPeekWithoutWaiting = 0x2 | 0x40;  // MSG_PEEK, MSG_DONTWAIT

// Of clone(2): CLONE_VM, CLONE_VFORK, and CLONE_PARENT, by which the child's parent is the
// caller's.
inline constexpr long kShareMemory = 0x100;
inline constexpr long kVfork = 0x4000;
inline constexpr long kAsSibling = 0x8000;
inline constexpr long kTellPid = 0x100000;  // CLONE_PARENT_SETTID

#if defined(__x86_64__)

inline long RawCall(long number, long a, long b, long c, long d, long e, long f) {
  long result = number;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "+a"(result)
                   : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

// The child writes nowhere but below this frame, and below the 128 bytes under it that the System V
// ABI lets a function use (the "red zone").
inline long Vfork(void (*run)(void*), void* argument, long flags, volatile int* pid) {
  long result = SYS_clone;
  register long r10 __asm__("r10") = 0;
  register long r8 __asm__("r8") = 0;
  __asm__ volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "lea -128(%%rsp), %%rsp\n\t"
      "and $-16, %%rsp\n\t"
      "mov %[argument], %%rdi\n\t"
      "call *%[run]\n\t"
      "ud2\n"
      "1:"
      : "+a"(result)
      : "D"(flags), "S"(0L), "d"(pid), "r"(r10), "r"(r8), [run] "r"(run), [argument] "r"(argument)
      : "rcx", "r11", "memory", "cc");
  return result;
}

__asm__(
    ".globl _start\n"
    "_start:\n"
    "  xor %ebp, %ebp\n"
    "  mov %rsp, %rdi\n"
    "  and $-16, %rsp\n"
    "  call Begin\n");

#elif defined(__aarch64__)

inline long RawCall(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}

// The child writes nowhere but below this frame.
inline long Vfork(void (*run)(void*), void* argument, long flags, volatile int* pid) {
  register long x8 __asm__("x8") = SYS_clone;
  register long x0 __asm__("x0") = flags;
  register long x1 __asm__("x1") = 0;
  register volatile int* x2 __asm__("x2") = pid;
  register long x3 __asm__("x3") = 0;
  register long x4 __asm__("x4") = 0;
  __asm__ volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x0, %[argument]\n\t"
      "blr %[run]\n\t"
      "brk #0\n"
      "1:"
      : "+r"(x0)
      : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), [run] "r"(run), [argument] "r"(argument)
      : "x30", "memory", "cc");
  return x0;
}

__asm__(
    ".globl _start\n"
    "_start:\n"
    "  mov x29, #0\n"
    "  mov x30, #0\n"
    "  mov x0, sp\n"
    "  bl Begin\n");

#else
#error "slipway-init does not know this processor's system calls"
#endif

template <typename T>
long Word(T value) {
  if constexpr (std::is_null_pointer_v<T>) {
    return 0;
  } else if constexpr (std::is_pointer_v<T>) {
    return reinterpret_cast<long>(value);
  } else {
    return static_cast<long>(value);
  }
}

template <typename... Arguments>
long SystemCall(long number, Arguments... arguments) {
  static_assert(sizeof...(Arguments) <= 6);
  long words[6] = {Word(arguments)...};
  return RawCall(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

// Calls `run`, which does not come back, in a child, and waits until the child has executed
// something, or ended. flags: kShareMemory, which is quicker, where nobody could use the child to
// write there; kAsSibling; kTellPid: `pid` gets the child's, before it runs. Returns it too.
inline long RunInChild(void (*run)(void*), void* argument, long flags,
                       volatile int* pid = nullptr) {
  return Vfork(run, argument, kVfork | flags | SIGCHLD, pid);
}

}  // namespace slipway::init

#endif  // SLIPWAY_RUNTIME_INIT_SYSTEM_CALL_H_
