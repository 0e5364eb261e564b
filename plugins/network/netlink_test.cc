#include "plugins/network/netlink.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <string>
#include <string_view>

namespace network {
namespace {

using std::string_literals::operator""s;

// The kernel's byte order is the machine's.
std::string Number16(uint16_t number) { return std::string(BytesOf(number)); }
std::string Number32(uint32_t number) { return std::string(BytesOf(number)); }

std::string Header(uint32_t size, uint16_t type, uint16_t flags, uint32_t number) {
  return Number32(size) + Number16(type) + Number16(flags) + Number32(number) + Number32(0);
}

TEST(Request, SaysItsLengthAndNumberAndWantsAnAnswer) {
  EXPECT_EQ(Request(RTM_GETLINK, 0, "four").Finish(7),
            Header(20, RTM_GETLINK, NLM_F_REQUEST | NLM_F_ACK, 7) + "four");
}

TEST(Request, AlignsAttributesAndCountsWhatTheyHold) {
  Request request(RTM_GETLINK, 0, "");
  request.Add(3, "abcde").AddText(4, "lo").AddNumber(5, 9);
  EXPECT_EQ(request.Finish(0).substr(16), Number16(9) + Number16(3) + "abcde\0\0\0"s + Number16(7) +
                                              Number16(4) + "lo\0\0"s + Number16(8) + Number16(5) +
                                              Number32(9));
}

TEST(Request, CountsWhatLiesInAnother) {
  Request request(RTM_GETLINK, 0, "");
  request.Begin(1).Begin(2, "four").AddText(3, "abc").End().End().AddText(4, "");
  EXPECT_EQ(request.Finish(0).substr(16), Number16(20) + Number16(1) + Number16(16) + Number16(2) +
                                              "four" + Number16(8) + Number16(3) + "abc\0"s +
                                              Number16(5) + Number16(4) + "\0\0\0\0"s);
}

TEST(Answer, IsWhatTheMessageOfThatNumberHolds) {
  Answer answer;
  EXPECT_FALSE(ReadAnswer(
      Header(20, RTM_NEWLINK, 0, 6) + "olds" + Header(20, RTM_NEWLINK, 0, 7) + "news", 7, answer));
  EXPECT_EQ(answer.found, "news");
}

TEST(Answer, EndsWithAnErrorOrNone) {
  Answer answer;
  EXPECT_TRUE(ReadAnswer(
      Header(36, NLMSG_ERROR, 0, 7) + Number32(static_cast<uint32_t>(-EPERM)) + Header(16, 0, 0, 7),
      7, answer));
  EXPECT_EQ(answer.cause, EPERM);
  EXPECT_TRUE(
      ReadAnswer(Header(36, NLMSG_ERROR, 0, 8) + Number32(0) + Header(16, 0, 0, 8), 8, answer));
  EXPECT_EQ(answer.cause, 0);
}

TEST(Answer, HasTheKernelsWords) {
  const std::string words = Number16(8) + Number16(NLMSGERR_ATTR_MSG) + "why\0"s;
  Answer capped;
  ReadAnswer(Header(44, NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, 7) +
                 Number32(static_cast<uint32_t>(-EINVAL)) + Header(99, 0, 0, 7) + words,
             7, capped);
  EXPECT_EQ(capped.words, "why");
  Answer whole;
  ReadAnswer(Header(48, NLMSG_ERROR, NLM_F_ACK_TLVS, 7) + Number32(static_cast<uint32_t>(-EINVAL)) +
                 Header(20, 0, 0, 7) + "four" + words,
             7, whole);
  EXPECT_EQ(whole.words, "why");
}

TEST(Answer, OfAMessageThatIsCutIsNone) {
  Answer answer;
  EXPECT_FALSE(ReadAnswer(Header(36, NLMSG_ERROR, 0, 7), 7, answer));
  EXPECT_FALSE(ReadAnswer(Header(3, NLMSG_ERROR, 0, 7), 7, answer));
  EXPECT_FALSE(ReadAnswer("short", 7, answer));
}

TEST(Attributes, AreFoundByTheirTypeAlone) {
  const std::string two =
      Number16(8) + Number16(1) + "abc\0"s + Number16(8) + Number16(2 | NLA_F_NESTED) + "four";
  EXPECT_EQ(TextOf(FindAttribute(two, 1).value_or("")), "abc");
  EXPECT_EQ(FindAttribute(two, 2), "four");
  EXPECT_EQ(FindAttribute(two, 3), std::nullopt);
  EXPECT_EQ(FindAttribute(Number16(80) + Number16(1) + "abc", 1), std::nullopt) << "cut";
}

}  // namespace
}  // namespace network
