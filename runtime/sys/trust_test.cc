#include "runtime/sys/trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "runtime/sys/test_folder.h"

namespace slipway::sys {
namespace {

using ::testing::HasSubstr;

constexpr uid_t kAlice = 1000;
constexpr uid_t kEve = 1001;

struct stat Facts(mode_t type_and_mode, uid_t owner) {
  struct stat facts {};
  facts.st_mode = type_and_mode;
  facts.st_uid = owner;
  return facts;
}

std::string Refusal(mode_t type_and_mode, uid_t owner, uid_t invoker) {
  const Status status = CheckTrust("/opt/x", Facts(type_and_mode, owner),
                                   {.root = 0, .invoker = invoker, .option = "--trust"});
  return status.ok() ? "trusted" : status.error().ToString();
}

TEST(InvokerTest, IsTheRealUser) { EXPECT_EQ(Invoker(kAlice, nullptr), kAlice); }

TEST(InvokerTest, IsWhoCalledSudo) { EXPECT_EQ(Invoker(0, "1000"), kAlice); }

TEST(InvokerTest, SudoUidCountsForRootAlone) { EXPECT_EQ(Invoker(kAlice, "1001"), kAlice); }

TEST(InvokerTest, SudoUidThatIsNoNumberIsLeftOut) {
  for (const char* text : {"", "alice", "1000x", " 1000", "-1", "99999999999"}) {
    EXPECT_EQ(Invoker(0, text), 0U) << text;
  }
}

TEST(CheckTrustTest, TrustsWhatOnlyRootCanChange) {
  EXPECT_EQ(Refusal(S_IFREG | 0755, 0, 0), "trusted");
  EXPECT_EQ(Refusal(S_IFDIR | 0755, 0, kAlice), "trusted");
}

TEST(CheckTrustTest, TrustsWhatOnlyTheInvokerCanChange) {
  EXPECT_EQ(Refusal(S_IFREG | 0644, kAlice, kAlice), "trusted");
}

TEST(CheckTrustTest, RefusesAnotherOwner) {
  EXPECT_EQ(Refusal(S_IFREG | 0755, kEve, kAlice),
            "not trusted \"/opt/x\" (owned by uid 1001, mode 0755; must be owned by root or uid "
            "1000: chown -h root /opt/x; to trust it for this run: --trust /opt)");
}

TEST(CheckTrustTest, WithoutInvokerTrustsRootAlone) {
  EXPECT_EQ(Refusal(S_IFREG | 0755, kAlice, 0),
            "not trusted \"/opt/x\" (owned by uid 1000, mode 0755; must be owned by root: "
            "chown -h root /opt/x; to trust it for this run: --trust /opt)");
}

constexpr char kNoMap[] = "         0          0 4294967295\n";  // of no user namespace
constexpr char kOneUser[] = "0 1000 1\n";
constexpr uid_t kNobody = 65534;

TEST(RootTest, IsTheOverflowUidOnlyWhereItOwnsTheRootFolder) {
  EXPECT_EQ(Root(0, kOneUser), 0U);
  EXPECT_EQ(Root(kEve, kOneUser), 0U);
  EXPECT_EQ(Root(kNobody, kOneUser), kNobody);
}

TEST(RootTest, IsTheOverflowUidOnlyWhereThatIsNoUserOfItsOwn) {
  EXPECT_EQ(Root(kNobody, kNoMap), 0U);
  EXPECT_EQ(Root(kNobody, "0 100000 65536\n"), 0U);
  EXPECT_EQ(Root(kNobody, "0 1000 1\n65534 65534 1\n"), 0U);
  EXPECT_EQ(Root(kNobody, "0 1000 1\n1 100000 65533\n65535 165536 10\n"), kNobody);
}

TEST(RootTest, IsNotTheOverflowUidWhereNothingIsKnown) { EXPECT_EQ(Root(kNobody, ""), 0U); }

TEST(CheckTrustTest, TrustsWhoStandsForRoot) {
  const struct stat facts = Facts(S_IFREG | 0755, kNobody);
  EXPECT_FALSE(CheckTrust("/opt/x", facts, {.root = 0, .invoker = kAlice}).ok());
  EXPECT_TRUE(CheckTrust("/opt/x", facts, {.root = kNobody, .invoker = kAlice}).ok());
}

TEST(CheckTrustTest, RefusesWhatTheGroupMayWrite) {
  EXPECT_EQ(Refusal(S_IFREG | 0775, 0, 0),
            "not trusted \"/opt/x\" (owned by uid 0, mode 0775; must not be writable by group or "
            "others: chmod go-w /opt/x)");
}

TEST(CheckTrustTest, RefusesWhatOthersMayWrite) {
  EXPECT_EQ(Refusal(S_IFDIR | 0757, kAlice, kAlice),
            "not trusted \"/opt/x\" (owned by uid 1000, mode 0757; must not be writable by group "
            "or others: chmod go-w /opt/x)");
}

TEST(CheckTrustTest, RefusesAStickyFolder) {
  EXPECT_EQ(Refusal(S_IFDIR | 01777, 0, 0),
            "not trusted \"/opt/x\" (owned by uid 0, mode 1777; others may put files there, sticky "
            "or not: move it to a folder that they cannot write to)");
}

TEST(CheckTrustTest, JudgesASymlinkByItsOwner) {
  EXPECT_EQ(Refusal(S_IFLNK | 0777, 0, 0), "trusted");
  EXPECT_THAT(Refusal(S_IFLNK | 0777, kEve, 0), HasSubstr("owned by uid 1001"));
}

// These walk real folders, all of them the invoker's or root's.
class TrustedPathsTest : public ::testing::Test {
 protected:
  TrustedPathsTest() : trusted_(InvokerOfThisProcess()), file_(folder_.File("stages/x.so")) {}

  std::string Resolve(const std::string& path) {
    auto real = trusted_.Resolve(path);
    return real.ok() ? *real : real.error().ToString();
  }

  const TestFolder folder_;
  TrustedPaths trusted_;
  const std::string file_;
};

TEST_F(TrustedPathsTest, APlainPathStaysWhatItIs) { EXPECT_EQ(Resolve(file_), file_); }

TEST_F(TrustedPathsTest, DotsAndSlashesGo) {
  EXPECT_EQ(Resolve(folder_.path() + "//stages/.././stages///x.so"), file_);
}

TEST_F(TrustedPathsTest, ManyDotsEndAtTheRoot) { EXPECT_EQ(Resolve("/../../"), "/"); }

TEST_F(TrustedPathsTest, ARelativePathBeginsInTheWorkingFolder) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  const std::string real = Resolve("stages/x.so");
  std::filesystem::current_path(before);
  EXPECT_EQ(real, file_);
}

TEST_F(TrustedPathsTest, SymlinksAreFollowed) {
  folder_.Symlink("stages", "relative");
  EXPECT_EQ(Resolve(folder_.Symlink(folder_.path() + "/relative/x.so", "absolute")), file_);
  EXPECT_EQ(Resolve(folder_.Symlink("relative/../stages/x.so", "up")), file_);
}

TEST_F(TrustedPathsTest, ALoopOfSymlinksEnds) {
  const std::string loop = folder_.Symlink("loop", "loop");
  EXPECT_EQ(Resolve(loop), "cannot follow \"" + loop + "\": Too many levels of symbolic links");
}

TEST_F(TrustedPathsTest, AMissingFileIsNamed) {
  EXPECT_EQ(Resolve(file_ + "x"), "cannot look at \"" + file_ + "x\": No such file or directory");
}

TEST_F(TrustedPathsTest, ASymlinkToAMissingFileIsNamed) {
  const std::string link = folder_.Symlink("stages/y.so", "y.so");
  EXPECT_EQ(Resolve(link), "cannot look at \"" + folder_.path() +
                               "/stages/y.so\": No such file or directory (on the way to " + link +
                               ")");
}

TEST_F(TrustedPathsTest, AWritableFolderAboveIsRefused) {
  TestFolder::Chmod(folder_.path(), 0770);
  EXPECT_EQ(Resolve(file_),
            "not trusted \"" + folder_.path() + "\" (owned by uid " + std::to_string(getuid()) +
                ", mode 0770; must not be writable by group or others: chmod go-w " +
                folder_.path() + ")");
}

TEST_F(TrustedPathsTest, AWritableFolderThatHoldsASymlinkIsRefused) {
  const std::string open = folder_.Folder("open");
  const std::string link = folder_.Symlink("../stages/x.so", "open/x.so");
  TestFolder::Chmod(open, 0777);
  EXPECT_THAT(Resolve(link), HasSubstr("not trusted \"" + open + "\""));
}

TEST_F(TrustedPathsTest, AWritableTargetOfASymlinkIsRefused) {
  TestFolder::Chmod(file_, 0666);
  const std::string link = folder_.Symlink("stages/x.so", "x.so");
  const std::string refusal = Resolve(link);
  EXPECT_THAT(refusal, HasSubstr("not trusted \"" + file_ + "\""));
  EXPECT_THAT(refusal, HasSubstr("; on the way to " + link));
}

TEST_F(TrustedPathsTest, OnlyFoldersAreRemembered) {
  EXPECT_EQ(Resolve(file_), file_);
  TestFolder::Chmod(file_, 0666);
  EXPECT_THAT(Resolve(file_), HasSubstr("not trusted \"" + file_ + "\""));
}

TEST_F(TrustedPathsTest, AFolderInAStickyOneIsTrusted) {
  const TestFolder below_tmp("/tmp");
  const std::string file = below_tmp.File("x.so");
  EXPECT_EQ(Resolve(file), file);
}

TEST_F(TrustedPathsTest, AFileInAStickyFolderIsRefused) {
  const std::string sticky = folder_.Folder("sticky");
  const std::string inner = folder_.File("sticky/inner/x.so");
  const std::string file = folder_.File("sticky/x.so");
  TestFolder::Chmod(sticky, 01777);
  EXPECT_THAT(Resolve(file), HasSubstr("not trusted \"" + sticky + "\""));
  EXPECT_EQ(Resolve(inner), inner);
  EXPECT_THAT(Resolve(folder_.path() + "/sticky/inner/../x.so"),
              HasSubstr("not trusted \"" + sticky + "\""));
  EXPECT_THAT(Resolve(sticky), HasSubstr("not trusted \"" + sticky + "\""));
}

TEST_F(TrustedPathsTest, ASymlinkInAStickyFolderIsRefused) {
  const std::string sticky = folder_.Folder("sticky");
  const std::string link = folder_.Symlink(folder_.path() + "/stages", "sticky/link");
  TestFolder::Chmod(sticky, 01777);
  EXPECT_THAT(Resolve(link + "/x.so"), HasSubstr("not trusted \"" + sticky + "\""));
}

TEST_F(TrustedPathsTest, WhatSomebodyVouchesForIsTrusted) {
  TestFolder::Chmod(folder_.path() + "/stages", 0777);
  TestFolder::Chmod(file_, 0666);
  EXPECT_THAT(Resolve(file_), HasSubstr("not trusted"));
  for (const std::string& vouched : {folder_.path(), folder_.path() + "/stages"}) {
    TrustedPaths trusted(InvokerOfThisProcess(), {vouched});
    EXPECT_TRUE(trusted.Resolve(file_).ok()) << vouched;
  }
  for (const std::string& vouched : {folder_.path() + "/stage", folder_.path() + "/stages/x"}) {
    TrustedPaths trusted(InvokerOfThisProcess(), {vouched});
    EXPECT_FALSE(trusted.Resolve(file_).ok()) << vouched;
  }
}

TEST_F(TrustedPathsTest, WhatLeadsToAVouchedFolderIsJudged) {
  TestFolder::Chmod(folder_.path(), 0777);
  TrustedPaths trusted(InvokerOfThisProcess(), {folder_.path() + "/stages"});
  EXPECT_FALSE(trusted.Resolve(file_).ok());
}

TEST_F(TrustedPathsTest, AnotherOwnersSymlinkIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const std::string link = folder_.Symlink("stages/x.so", "x.so");
  ASSERT_EQ(lchown(link.c_str(), kEve, kEve), 0);
  EXPECT_THAT(Resolve(link), HasSubstr("not trusted \"" + link + "\" (owned by uid 1001"));
}

}  // namespace
}  // namespace slipway::sys
