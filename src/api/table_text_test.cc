#include "api/table_text.h"

#include <gtest/gtest.h>

namespace thalweg::api {
namespace {

std::string Table(const TableText& table, const std::vector<TextRow>& rows) {
  std::string out;
  table.AppendHeader(&out);
  for (const TextRow& row : rows) table.AppendRow(row, &out);
  return out;
}

TEST(TableText, AlignsByTheWidestCell) {
  TableText table({"origin", "n"}, {false, true});
  const std::vector<TextRow> rows = {{"EWR", "120835"}, {std::nullopt, "7"}};
  table.Fit(rows);
  EXPECT_EQ(Table(table, rows),
            "origin |      n\n"
            "-------+-------\n"
            "EWR    | 120835\n"
            "NULL   |      7\n");
}

TEST(TableText, ALaterWiderCellShiftsItsOwnLineOnly) {
  TableText table({"a", "b"}, {false, false});
  EXPECT_EQ(Table(table, {{"long", "x"}, {"s", "y"}}), "a | b\n--+--\nlong | x\ns | y\n");
}

TEST(TableText, KeepsEveryRowOnOneLine) {
  TableText table({"a"}, {false});
  EXPECT_EQ(Table(table, {{"x\ny\t\x01"}}), "a\n-\nx\\ny\\t?\n");
}

TEST(DisplayWidth, CountsTerminalColumns) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("\xC3\xA4"), 1u);                  // a with diaeresis
  EXPECT_EQ(DisplayWidth("a\xCC\x88"), 1u);                 // the same with a combining mark
  EXPECT_EQ(DisplayWidth("\xE6\xBC\xA2\xE5\xAD\x97"), 4u);  // two Chinese characters
  EXPECT_EQ(DisplayWidth("\xF0\x9F\x98\x80"), 2u);          // an emoji
  EXPECT_GE(DisplayWidth("\xFF\xE6"), 1u);                  // no UTF-8, but no crash either
}

TEST(TableTextTest, OneTextWithLineBreaksIsShownAsItsLines) {
  EXPECT_TRUE(TableText::IsText({{"a\nb"}}));
  EXPECT_FALSE(TableText::IsText({{"a"}}));
  EXPECT_FALSE(TableText::IsText({{"a\nb"}, {"c"}}));
  EXPECT_FALSE(TableText::IsText({{std::nullopt}}));
  std::string out;
  TableText::AppendText("a\n\n  b\tc\n", &out);
  EXPECT_EQ(out, "a\n\n  b\\tc\n");
}

}  // namespace
}  // namespace thalweg::api
