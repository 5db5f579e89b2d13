#include "api/result_writer.h"

#include <gtest/gtest.h>

namespace thalweg::api {
namespace {

using data::RowKind;

// Rows (b BOOLEAN, n INT); kinds may be empty: all +I.
data::Batch Rows(std::vector<std::optional<int>> numbers, std::vector<RowKind> kinds = {}) {
  data::Batch batch;
  batch.size = static_cast<int32_t>(numbers.size());
  auto flags = data::Column::Make(data::Type::Boolean(), batch.size);
  auto values = data::Column::Make(data::Type::Int(), batch.size);
  for (int32_t i = 0; i < batch.size; ++i) {
    flags->mutable_values<uint8_t>()[i] = i % 2;
    values->mutable_values<int32_t>()[i] = numbers[i].value_or(0);
    if (!numbers[i]) values->SetNull(i);
  }
  batch.columns = {flags, values};
  if (!kinds.empty()) {
    auto buffer = data::Buffer::Allocate(batch.size);
    for (int32_t i = 0; i < batch.size; ++i)
      buffer->mutable_data()[i] = static_cast<uint8_t>(kinds[i]);
    batch.kinds = buffer;
  }
  return batch;
}

class ResultWriterTest : public ::testing::Test {
 protected:
  // What the writer writes for these batches.
  std::string Write(OutputFormat format, graph::ChangelogMode mode,
                    const std::vector<data::Batch>& batches) {
    std::string out;
    Configuration configuration;
    ResultWriter writer(format, &configuration, [&](std::string_view text) {
      out += text;
      return Status::OK();
    });
    const data::Schema schema = {{"b", data::Type::Boolean()}, {"n", data::Type::Int()}};
    EXPECT_TRUE(writer.OnSchema(schema, mode).ok());
    for (const data::Batch& batch : batches) EXPECT_TRUE(writer.OnBatch(batch).ok());
    EXPECT_TRUE(writer.OnResultEnd().ok());
    return out;
  }
  const data::Batch inserts_ = Rows({1, std::nullopt});
  const data::Batch changes_ =
      Rows({1, 1, 2}, {RowKind::kInsert, RowKind::kUpdateBefore, RowKind::kUpdateAfter});
};

TEST_F(ResultWriterTest, Changelog) {
  EXPECT_EQ(Write(OutputFormat::kChangelog, graph::ChangelogMode::kInsertOnly, {inserts_}),
            "+I[false, 1]\n+I[true, null]\n");
}

TEST_F(ResultWriterTest, Json) {
  EXPECT_EQ(Write(OutputFormat::kJson, graph::ChangelogMode::kInsertOnly, {inserts_}),
            "{\"b\":false,\"n\":1}\n{\"b\":true,\"n\":null}\n");
  const std::string changes =
      Write(OutputFormat::kJson, graph::ChangelogMode::kRetract, {Rows({7}, {RowKind::kDelete})});
  EXPECT_EQ(changes, "{\"op\":\"-D\",\"row\":{\"b\":false,\"n\":7}}\n");
}

TEST_F(ResultWriterTest, CsvAndTableOfInserts) {
  EXPECT_EQ(Write(OutputFormat::kCsv, graph::ChangelogMode::kInsertOnly, {inserts_}),
            "b,n\nFALSE,1\nTRUE,\n");
  EXPECT_EQ(Write(OutputFormat::kTable, graph::ChangelogMode::kInsertOnly, {inserts_}),
            "b     |    n\n------+-----\nFALSE |    1\nTRUE  | NULL\n(2 rows)\n");
}

TEST_F(ResultWriterTest, ChangingResultsEndAsTheirFinalRows) {
  // The second row (TRUE, 1) takes back nothing that is there, so make it match.
  data::Batch update = Rows({1, 9, 2}, {RowKind::kInsert, RowKind::kInsert, RowKind::kInsert});
  data::Batch back = Rows({1}, {RowKind::kUpdateBefore});
  EXPECT_EQ(Write(OutputFormat::kCsv, graph::ChangelogMode::kRetract, {update, back}),
            "b,n\nTRUE,9\nFALSE,2\n");
}

TEST_F(ResultWriterTest, AResultThatTakesBackForeignRowsIsOurMistake) {
  Configuration configuration;
  ResultWriter writer(OutputFormat::kTable, &configuration,
                      [](std::string_view) { return Status::OK(); });
  ASSERT_TRUE(writer
                  .OnSchema({{"b", data::Type::Boolean()}, {"n", data::Type::Int()}},
                            graph::ChangelogMode::kRetract)
                  .ok());
  EXPECT_EQ(writer.OnBatch(changes_).code(), StatusCode::kInternal);
}

TEST_F(ResultWriterTest, AWriteErrorEndsTheResult) {
  Configuration configuration;
  ResultWriter writer(OutputFormat::kChangelog, &configuration,
                      [](std::string_view) { return Status::Io("closed"); });
  ASSERT_TRUE(writer
                  .OnSchema({{"b", data::Type::Boolean()}, {"n", data::Type::Int()}},
                            graph::ChangelogMode::kInsertOnly)
                  .ok());
  EXPECT_EQ(writer.OnBatch(inserts_).code(), StatusCode::kIo);
}

}  // namespace
}  // namespace thalweg::api
