#include "runtime/launch/interpreter.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace slipway::launch {
namespace {

struct Found {
  bool script;
  std::string path;  // the paths, with a space between
};

Found Of(const std::string& bytes) {
  const sys::Fd file(memfd_create("program", MFD_CLOEXEC));
  EXPECT_EQ(write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  const Interpreters found = InterpretersOf(file);
  Found one{.script = found.script, .path = {}};
  for (const std::string& path : found.paths) {
    one.path += (one.path.empty() ? "" : " ") + path;
  }
  return one;
}

// An ELF file with one segment, whose bytes begin at `offset`.
std::string Elf(uint32_t type, const std::string& content, size_t offset = 200) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_phoff = sizeof(header);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1;
  Elf64_Phdr segment{};
  segment.p_type = type;
  segment.p_offset = offset;
  segment.p_filesz = content.size();
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof(header));
  bytes.append(reinterpret_cast<const char*>(&segment), sizeof(segment));
  bytes.resize(offset);
  return bytes + content;
}

const std::string kLoader("/lib/ld.so\0", 11);

TEST(Interpreter, OfAnElfFileIsItsLoader) {
  EXPECT_EQ(Of(Elf(PT_INTERP, kLoader)).path, "/lib/ld.so");
  EXPECT_FALSE(Of(Elf(PT_INTERP, kLoader)).script);
}

TEST(Interpreter, OfAnElfFileThatLiesAboutItsClassIsItsLoader) {
  std::string bytes = Elf(PT_INTERP, kLoader);
  for (const char type : {'\0', char{ELFCLASS32}, '\x7f'}) {
    bytes[EI_CLASS] = type;
    EXPECT_EQ(Of(bytes).path, "/lib/ld.so");
  }
}

TEST(Interpreter, OfAnElfFileThatCanBeReadInTwoWaysAreBoth) {
  std::string bytes = Elf(PT_INTERP, kLoader, 400);
  Elf32_Phdr segment{};
  segment.p_type = PT_INTERP;
  segment.p_offset = 300;
  segment.p_filesz = 9;
  std::memcpy(&bytes[200], &segment, sizeof(segment));
  std::memcpy(&bytes[300], "/lib/two", 9);
  const uint32_t offset = 200;
  std::memcpy(&bytes[offsetof(Elf32_Ehdr, e_phoff)], &offset, sizeof(offset));
  const uint16_t size_and_count[] = {sizeof(segment), 1};
  std::memcpy(&bytes[offsetof(Elf32_Ehdr, e_phentsize)], size_and_count, sizeof(size_and_count));
  EXPECT_EQ(Of(bytes).path, "/lib/ld.so /lib/two");
}

TEST(Interpreter, MayStandFarBehindTheHeaders) {
  EXPECT_EQ(Of(Elf(PT_INTERP, kLoader, 100'000)).path, "/lib/ld.so");
}

TEST(Interpreter, OfAStaticProgramIsNone) { EXPECT_EQ(Of(Elf(PT_LOAD, kLoader)).path, ""); }

TEST(Interpreter, OfAScriptIsTheProgramOfItsFirstLine) {
  EXPECT_EQ(Of("#!/bin/sh\n").path, "/bin/sh");
  EXPECT_EQ(Of("#! \t/bin/sh -e -x\necho").path, "/bin/sh");
  EXPECT_EQ(Of("#!/bin/sh").path, "/bin/sh");
  EXPECT_EQ(Of(std::string("#!/bin/sh\0/bin/x\n", 17)).path, "/bin/sh");
  EXPECT_TRUE(Of("#!/bin/sh").script);
}

TEST(Interpreter, OfALineThatIsTooLongIsCutAsTheKernelCutsIt) {
  EXPECT_EQ(Of("#!/" + std::string(400, 'x')).path.size(), 254U);
}

TEST(Interpreter, OfAnythingElseIsNone) {
  for (const std::string& bytes : {std::string(), std::string("#"),
                                   std::string("\x7f"
                                               "ELF"),
                                   std::string("#!"), std::string("#!\n/bin/sh")}) {
    EXPECT_EQ(Of(bytes).path, "") << bytes;
  }
}

TEST(Interpreter, OfADamagedFileIsNone) {
  const std::string whole = Elf(PT_INTERP, kLoader);
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_EQ(Of(whole.substr(0, size)).path, "");
  for (size_t at = 16; at < 120; ++at) {
    std::string damaged = whole;
    damaged[at] = '\xff';
    (void)Of(damaged);
  }
}

}  // namespace
}  // namespace slipway::launch
