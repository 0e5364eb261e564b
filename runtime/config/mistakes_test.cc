#include "runtime/config/mistakes.h"

#include <gtest/gtest.h>

#include <string>

namespace slipway::config {
namespace {

std::string PlaceOf(std::string_view where) {
  const std::optional<Place> place = PlaceIn(where);
  if (!place) return "none";
  return std::to_string(place->line) + " " + std::to_string(place->column);
}

TEST(Mistakes, APlaceIsReadFromWhereAnErrorStands) {
  EXPECT_EQ(PlaceOf("configs/ubuntu.yaml:7:5"), "7 5");
  EXPECT_EQ(PlaceOf("standard input:12:1"), "12 1");
  EXPECT_EQ(PlaceOf("a:1:2:3"), "2 3");
  for (const char* where :
       {"", "a", "a:1", "a:1:", "a:b:1", "a:0:1", "a:1:-1", "--set a.b:1:2", "a:99999999999:1"}) {
    EXPECT_EQ(PlaceOf(where), "none") << where;
  }
}

TEST(Mistakes, AreSortedByTheirPlaces) {
  Mistakes mistakes;
  for (const char* where : {"--set a.b", "f:10:1", "f:9:20", "f:9:3"}) {
    mistakes.Add(Error("first").At(where));
    mistakes.Add(Error("second").At(where));
  }
  mistakes.Sort();
  std::string lines;
  for (const Error& error : mistakes.errors()) lines += error.ToString() + "\n";
  EXPECT_EQ(lines,
            "f:9:3: first\nf:9:3: second\nf:9:20: first\nf:9:20: second\nf:10:1: first\n"
            "f:10:1: second\n--set a.b: first\n--set a.b: second\n");
  EXPECT_EQ(mistakes.First().error().ToString(), "f:9:3: first");
}

}  // namespace
}  // namespace slipway::config
