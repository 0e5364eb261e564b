#include "runtime/loader/elf.h"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <functional>
#include <random>
#include <span>
#include <string>

#include "runtime/sys/file.h"

namespace slipway::loader {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

std::string Fixture(const std::string& file) { return *sys::ReadFile("tests/plugins/" + file); }

ReadAt ReaderOf(const std::string& bytes) {
  return [&bytes](uint64_t offset, std::span<char> buffer) -> Result<size_t> {
    if (offset >= bytes.size()) return size_t{0};
    return bytes.copy(buffer.data(), buffer.size(), static_cast<size_t>(offset));
  };
}

Result<Dynamic> Read(const std::string& bytes) { return ReadDynamic(ReaderOf(bytes), "/x.so"); }

std::string Refusal(const std::string& bytes) {
  const auto dynamic = Read(bytes);
  return dynamic.ok() ? "read" : dynamic.error().ToString();
}

// Changes a struct at `offset`.
template <typename T>
void Change(std::string& bytes, size_t offset, const std::function<void(T&)>& change) {
  T value;
  std::memcpy(&value, &bytes[offset], sizeof(value));
  change(value);
  std::memcpy(&bytes[offset], &value, sizeof(value));
}

void ChangeHeader(std::string& bytes, const std::function<void(Elf64_Ehdr&)>& change) {
  Change<Elf64_Ehdr>(bytes, 0, change);
}

// Each segment of this type.
void ChangeSegments(std::string& bytes, uint32_t type,
                    const std::function<void(Elf64_Phdr&)>& change) {
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  for (size_t i = 0; i < header.e_phnum; ++i) {
    Change<Elf64_Phdr>(bytes, header.e_phoff + i * sizeof(Elf64_Phdr), [&](Elf64_Phdr& segment) {
      if (segment.p_type == type) change(segment);
    });
  }
}

// The entry of the dynamic segment that has this tag.
void ChangeEntry(std::string& bytes, int64_t tag, const std::function<void(Elf64_Dyn&)>& change) {
  Elf64_Phdr segment{};
  ChangeSegments(bytes, PT_DYNAMIC, [&](Elf64_Phdr& found) { segment = found; });
  for (size_t at = 0; at < segment.p_filesz; at += sizeof(Elf64_Dyn)) {
    Change<Elf64_Dyn>(bytes, segment.p_offset + at, [&](Elf64_Dyn& entry) {
      if (entry.d_tag == tag) change(entry);
    });
  }
}

class ReadDynamicTest : public ::testing::Test {
 protected:
  std::string bytes_ = Fixture("libgood_plain_c_stage.so");
};

TEST_F(ReadDynamicTest, HasWhatAPluginNeeds) {
  const auto dynamic = Read(bytes_);
  ASSERT_TRUE(dynamic.ok()) << dynamic.error().ToString();
  EXPECT_THAT(dynamic->needed, Contains("libc.so.6"));
  EXPECT_EQ(dynamic->own_name, "");
  EXPECT_EQ(dynamic->stray, nullptr);
}

TEST_F(ReadDynamicTest, HasEachOfSeveral) {
  const auto dynamic = Read(Fixture("libgood_needs_library_stage.so"));
  ASSERT_TRUE(dynamic.ok()) << dynamic.error().ToString();
  EXPECT_THAT(dynamic->needed, Contains("libz.so.1"));
}

TEST_F(ReadDynamicTest, HasTheOwnName) {
  // Some name of the table will do.
  ChangeEntry(bytes_, DT_GNU_HASH, [](Elf64_Dyn& entry) {
    entry.d_tag = DT_SONAME;
    entry.d_un.d_val = 1;
  });
  const auto dynamic = Read(bytes_);
  ASSERT_TRUE(dynamic.ok()) << dynamic.error().ToString();
  EXPECT_NE(dynamic->own_name, "");
}

TEST_F(ReadDynamicTest, NamesARunpath) {
  const auto dynamic = Read(Fixture("libbad_has_runpath_stage.so"));
  ASSERT_TRUE(dynamic.ok()) << dynamic.error().ToString();
  EXPECT_STREQ(dynamic->stray, "DT_RUNPATH");
}

TEST_F(ReadDynamicTest, NamesEachEntryThatLeadsAstray) {
  for (const auto& [tag, name] : {std::pair<int64_t, const char*>{DT_RPATH, "DT_RPATH"},
                                  {DT_RUNPATH, "DT_RUNPATH"},
                                  {DT_FILTER, "DT_FILTER"},
                                  {DT_AUXILIARY, "DT_AUXILIARY"},
                                  {DT_AUDIT, "DT_AUDIT"},
                                  {DT_DEPAUDIT, "DT_DEPAUDIT"},
                                  {DT_CONFIG, "DT_CONFIG"}}) {
    std::string bytes = bytes_;
    ChangeEntry(bytes, DT_GNU_HASH, [tag = tag](Elf64_Dyn& entry) { entry.d_tag = tag; });
    const auto dynamic = Read(bytes);
    ASSERT_TRUE(dynamic.ok()) << dynamic.error().ToString();
    EXPECT_STREQ(dynamic->stray, name);
  }
}

TEST_F(ReadDynamicTest, EndsAtDtNull) {
  ChangeEntry(bytes_, DT_NEEDED, [](Elf64_Dyn& entry) { entry.d_tag = DT_NULL; });
  const auto dynamic = Read(bytes_);
  ASSERT_TRUE(dynamic.ok()) << dynamic.error().ToString();
  EXPECT_TRUE(dynamic->needed.empty());
}

TEST_F(ReadDynamicTest, IsEmptyForWhatTheDynamicLoaderRefuses) {
  ChangeHeader(bytes_, [](Elf64_Ehdr& header) { header.e_ident[EI_CLASS] = ELFCLASS32; });
  for (const std::string& bytes : {std::string(), std::string("#!/bin/sh\n"), bytes_}) {
    const auto dynamic = Read(bytes);
    ASSERT_TRUE(dynamic.ok()) << dynamic.error().ToString();
    EXPECT_TRUE(dynamic->needed.empty());
  }
}

TEST_F(ReadDynamicTest, IsEmptyForAnObjectFile) {
  ChangeHeader(bytes_, [](Elf64_Ehdr& header) { header.e_phnum = 0; });
  const auto dynamic = Read(bytes_);
  ASSERT_TRUE(dynamic.ok()) << dynamic.error().ToString();
  EXPECT_TRUE(dynamic->needed.empty());
}

TEST_F(ReadDynamicTest, PassesAnErrorOn) {
  const auto broken = [](uint64_t, std::span<char>) -> Result<size_t> {
    return Error(EIO, "read", "/x.so");
  };
  EXPECT_EQ(ReadDynamic(broken, "/x.so").error().ToString(),
            "cannot read \"/x.so\": Input/output error");
}

TEST_F(ReadDynamicTest, RefusesSegmentsBeyondTheEnd) {
  for (const Elf64_Off offset : {Elf64_Off{bytes_.size()}, ~Elf64_Off{0}, ~Elf64_Off{0} - 55}) {
    std::string bytes = bytes_;
    ChangeHeader(bytes, [offset](Elf64_Ehdr& header) { header.e_phoff = offset; });
    EXPECT_EQ(Refusal(bytes),
              "not a shared library \"/x.so\" (its ELF headers are broken: the program headers lie "
              "beyond its end; build or copy it anew)");
  }
}

TEST_F(ReadDynamicTest, RefusesTooManySegments) {
  ChangeHeader(bytes_, [](Elf64_Ehdr& header) { header.e_phnum = 0xffff; });
  EXPECT_THAT(Refusal(bytes_), HasSubstr("too many segments"));
}

TEST_F(ReadDynamicTest, RefusesADynamicSegmentThatIsNotLoaded) {
  for (const Elf64_Addr address : {Elf64_Addr{1} << 40, ~Elf64_Addr{0}}) {
    std::string bytes = bytes_;
    ChangeSegments(bytes, PT_DYNAMIC,
                   [address](Elf64_Phdr& segment) { segment.p_vaddr = address; });
    EXPECT_THAT(Refusal(bytes), HasSubstr("the dynamic segment is misplaced"));
  }
}

TEST_F(ReadDynamicTest, RefusesAnEndlessDynamicSegment) {
  ChangeSegments(bytes_, PT_DYNAMIC, [](Elf64_Phdr& segment) { segment.p_filesz = ~0ULL; });
  EXPECT_THAT(Refusal(bytes_), HasSubstr("the dynamic segment is misplaced"));
}

TEST_F(ReadDynamicTest, RefusesADynamicSegmentBeyondTheEnd) {
  ChangeSegments(bytes_, PT_LOAD, [](Elf64_Phdr& segment) { segment.p_offset += 1U << 30; });
  EXPECT_THAT(Refusal(bytes_), HasSubstr("the dynamic segment lies beyond its end"));
}

TEST_F(ReadDynamicTest, RefusesTwoDynamicSegments) {
  ChangeSegments(bytes_, PT_NOTE, [](Elf64_Phdr& segment) { segment.p_type = PT_DYNAMIC; });
  EXPECT_THAT(Refusal(bytes_), HasSubstr("two dynamic segments"));
}

TEST_F(ReadDynamicTest, RefusesNamesOutsideOfTheTable) {
  for (const uint64_t at : {uint64_t{1} << 20, ~uint64_t{0}}) {
    std::string bytes = bytes_;
    ChangeEntry(bytes, DT_NEEDED, [at](Elf64_Dyn& entry) { entry.d_un.d_val = at; });
    EXPECT_THAT(Refusal(bytes), HasSubstr("a name lies outside of the table of names"));
  }
  ChangeEntry(bytes_, DT_STRTAB, [](Elf64_Dyn& entry) { entry.d_un.d_ptr = ~uint64_t{0}; });
  EXPECT_THAT(Refusal(bytes_), HasSubstr("a name lies outside of the table of names"));
}

TEST_F(ReadDynamicTest, RefusesANameWithoutEnd) {
  // One byte of the table is left, and that is a letter.
  ChangeEntry(bytes_, DT_NEEDED, [](Elf64_Dyn& entry) { entry.d_un.d_val = 1; });
  ChangeEntry(bytes_, DT_STRSZ, [](Elf64_Dyn& entry) { entry.d_un.d_val = 2; });
  EXPECT_THAT(Refusal(bytes_), HasSubstr("a name has no end"));
}

TEST_F(ReadDynamicTest, OfACutFileDoesNoHarm) {
  for (size_t size = 0; size < bytes_.size(); size += size < 1024 ? 1 : 97) {
    const auto dynamic = Read(bytes_.substr(0, size));
    if (!dynamic.ok()) {
      EXPECT_THAT(dynamic.error().ToString(), HasSubstr("broken")) << size;
    }
  }
}

TEST_F(ReadDynamicTest, OfAGarbledFileDoesNoHarm) {
  size_t dynamic = 0;
  ChangeSegments(bytes_, PT_DYNAMIC, [&](Elf64_Phdr& segment) { dynamic = segment.p_offset; });
  std::mt19937 random(1);  // the same each time
  for (int round = 0; round < 5000; ++round) {
    std::string garbled = bytes_;
    for (int i = 0; i < 6; ++i) {
      const size_t at = random() % 2 ? SELFMAG + random() % 600 : dynamic + random() % 0x200;
      garbled[at] = static_cast<char>(random() % 2 ? 0xff : random());
    }
    const auto read = Read(garbled);
    if (!read.ok()) {
      EXPECT_THAT(read.error().ToString(), HasSubstr("broken")) << round;
    }
  }
}

}  // namespace
}  // namespace slipway::loader
