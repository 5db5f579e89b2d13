#include "connectors/print/print_sink.h"

#include <gtest/gtest.h>

#include "data/column_builder.h"

namespace thalweg::connectors {
namespace {

std::string Print(Options options, int parallelism, bool standard_error) {
  ConnectorTable table{.name = "t", .options = std::move(options)};
  auto sink = kPrintConnector.make_sink(table, {});
  if (!sink.ok()) return sink.status().ToString();
  auto writer = (*sink)->MakeWriter({.subtask = parallelism - 1, .parallelism = parallelism});
  data::ColumnBuilder ints(data::Type::Int()), strings(data::Type::String());
  for (int i = 1; i <= 3; ++i) ints.Append<int32_t>(i);
  strings.AppendString("x");
  strings.AppendNull();
  strings.AppendString("y, z");
  data::Batch batch;
  batch.size = 3;
  batch.columns = {ints.Finish(), strings.Finish()};
  auto kinds = data::Buffer::Allocate(3);
  kinds->as<data::RowKind>()[0] = data::RowKind::kInsert;
  kinds->as<data::RowKind>()[1] = data::RowKind::kUpdateBefore;
  kinds->as<data::RowKind>()[2] = data::RowKind::kDelete;
  batch.kinds = kinds;
  standard_error ? testing::internal::CaptureStderr() : testing::internal::CaptureStdout();
  EXPECT_TRUE((*writer)->Write(batch).ok());
  return standard_error ? testing::internal::GetCapturedStderr()
                        : testing::internal::GetCapturedStdout();
}

TEST(PrintSink, LinesAsFlinks) {
  EXPECT_EQ(Print({}, 1, false), "+I[1, x]\n-U[2, null]\n-D[3, y, z]\n");
  EXPECT_EQ(Print({}, 2, false), "2> +I[1, x]\n2> -U[2, null]\n2> -D[3, y, z]\n");
  EXPECT_EQ(Print({{"print-identifier", "id"}, {"standard-error", "TRUE"}}, 1, true),
            "id> +I[1, x]\nid> -U[2, null]\nid> -D[3, y, z]\n");
  EXPECT_EQ(Print({{"print-identifier", "id"}}, 3, false),
            "id:3> +I[1, x]\nid:3> -U[2, null]\nid:3> -D[3, y, z]\n");
}

}  // namespace
}  // namespace thalweg::connectors
