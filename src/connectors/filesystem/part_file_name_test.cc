#include "connectors/filesystem/part_file_name.h"

#include <gtest/gtest.h>

namespace thalweg::connectors {
namespace {

TEST(PartFileName, NamesAndBack) {
  const PartFileName fresh{
      .lineage = "ab0", .generation = 3, .origin = 3, .subtask = 1, .number = 20};
  const PartFileName carried{.lineage = "ab0", .generation = 3, .origin = 1, .number = 7};
  EXPECT_EQ(fresh.ToString(), ".part-ab0-g3-1-20.inprogress");
  EXPECT_EQ(fresh.Visible(9).ToString(), "part-ab0-g3-e9-1-20");
  EXPECT_EQ(carried.ToString(), ".part-ab0-g3.1-0-7.inprogress");
  EXPECT_EQ(carried.Visible(9).ToString(), "part-ab0-g3.1-e9-0-7");
  EXPECT_EQ(carried.Carried(4).ToString(), ".part-ab0-g4.1-0-7.carried");
  EXPECT_EQ(fresh.Compacted().ToString(), ".part-ab0-g3-1-20.compacted");
  for (const PartFileName& name :
       {fresh, carried, fresh.Visible(9), carried.Carried(4), fresh.Compacted()}) {
    const auto parsed = PartFileName::Parse(name.ToString());
    ASSERT_TRUE(parsed.has_value()) << name.ToString();
    EXPECT_EQ(parsed->ToString(), name.ToString());
    EXPECT_EQ(parsed->identity(), name.identity());
  }
}

TEST(PartFileName, OtherNames) {
  for (const char* name :
       {"", "part-", "part-0-1", "_SUCCESS", "part-ab-g1-0-0", ".part-ab-g1-0-0",
        "part-ab-g1-e-0-0", "part-ab-g1-e1-0-0x", ".part-ab-g1-0-0.inprogress.x",
        "part-ab-g1.-e1-0-0", ".part-ab-g1-e1-0-0.inprogress", "part-ab-g-1-e1-0-0"}) {
    EXPECT_FALSE(PartFileName::Parse(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace thalweg::connectors
