#include "base/nearest_name.h"

#include <gtest/gtest.h>

namespace thalweg {
namespace {

TEST(NearestName, FindsTyposOnly) {
  constexpr std::string_view kNames[] = {"path", "format", "connector", "rows-per-second"};
  EXPECT_EQ(NearestName("pth", kNames), "path");
  EXPECT_EQ(NearestName("PATH", kNames), "path");
  EXPECT_EQ(NearestName("fromat", kNames), "format");
  EXPECT_EQ(NearestName("row-per-seconds", kNames), "rows-per-second");
  EXPECT_EQ(NearestName("number-of-rows", kNames), "");
  EXPECT_EQ(DidYouMean("conector", kNames), "; did you mean 'connector'?");
  EXPECT_EQ(DidYouMean("xyz", kNames), "");
}

}  // namespace
}  // namespace thalweg
