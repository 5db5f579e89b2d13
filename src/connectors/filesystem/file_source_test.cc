#include <gtest/gtest.h>

#include "base/temporary_folder_testing.h"
#include "connectors/filesystem/file_enumerator.h"
#include "connectors/filesystem/file_split_reader.h"
#include "connectors/filesystem/line_format_testing.h"

namespace thalweg::connectors {
namespace {

using data::Type;

FileEnumeratorOptions EnumeratorOptions(const std::string& path) {
  return {.file_system = FileSystem::Posix(), .table_name = "t", .path = path};
}

std::vector<std::string> Discover(Enumerator* enumerator) {
  auto splits = enumerator->Discover();
  if (!splits.ok()) return {splits.status().message()};
  std::vector<std::string> ids;
  for (const Split& s : *splits) ids.push_back(FileName(s.id).data());
  return ids;
}

std::vector<std::string> Discover(const FileEnumeratorOptions& options) {
  auto enumerator = MakeFileEnumerator(options);
  if (!enumerator.ok()) return {enumerator.status().message()};
  return Discover(enumerator->get());
}

using Names = std::vector<std::string>;

TEST(FileEnumerator, SearchesFoldersButNotHiddenOnes) {
  const TemporaryFolder dir;
  for (const char* f : {"b", "a", "sub/c", "_hidden", ".x", "_dir/d", "sub/.in"}) dir.Write(f, "");
  EXPECT_EQ(Discover(EnumeratorOptions(dir.path())), (Names{"a", "b", "c"}));
  EXPECT_EQ(Discover(EnumeratorOptions(dir / "a")), (Names{"a"}));
  EXPECT_EQ(Discover(EnumeratorOptions(dir / "_dir")), (Names{}));
  EXPECT_EQ(Discover(EnumeratorOptions(dir / "none")),
            (Names{"table 't': " + dir / "none" + ": No such file or directory"}));
}

TEST(FileEnumerator, PatternMatchesTheWholePath) {
  const TemporaryFolder dir;
  for (const char* f : {"a.csv", "b.json", "sub/c.csv"}) dir.Write(f, "");
  auto options = EnumeratorOptions(dir.path());
  options.path_pattern = "/.*\\.csv";
  EXPECT_EQ(Discover(options), (Names{"a.csv", "c.csv"}));
  options.path_pattern = "a.csv";
  EXPECT_EQ(Discover(options), Names{});
  options.path_pattern = "(";
  EXPECT_EQ(MakeFileEnumerator(options).status().code(), StatusCode::kInvalidSql);
}

TEST(FileEnumerator, MonitorsEachFileOnceAcrossRestarts) {
  const TemporaryFolder dir;
  dir.Write("a", "");
  auto options = EnumeratorOptions(dir.path());
  options.monitor_interval_ms = 100;
  auto first = *MakeFileEnumerator(options);
  EXPECT_EQ(first->discovery_interval_ms(), 100);
  EXPECT_EQ(Discover(first.get()), Names{"a"});
  EXPECT_EQ(Discover(first.get()), Names{});
  dir.Write("b", "");
  EXPECT_EQ(Discover(first.get()), Names{"b"});
  auto second = *MakeFileEnumerator(options);
  ASSERT_TRUE(second->Restore(first->Snapshot()).ok());
  dir.Write("c", "");
  EXPECT_EQ(Discover(second.get()), Names{"c"});
  EXPECT_FALSE(second->Restore("\x7f").ok());
}

TEST(FileEnumerator, Partitions) {
  const TemporaryFolder dir;
  dir.Write("dt=1/h=2/f", "");
  dir.Write("dt=1/h=3/deep/g", "");
  dir.Write("_temporary/x", "");
  auto options = EnumeratorOptions(dir.path());
  options.partition_keys = {"dt", "h"};
  EXPECT_EQ(Discover(options), (Names{"f", "g"}));
  dir.Write("on_the_way", "");
  EXPECT_EQ(Discover(options), (Names{"f", "g"}));
  dir.Write("dt=1/stray", "");
  EXPECT_EQ(Discover(options),
            (Names{"table 't': " + dir / "dt=1/stray" +
                   ": no folder h=value on its way, as the table's PARTITIONED BY (dt, h) needs"}));
  options.path = dir / "none";
  EXPECT_EQ(Discover(options), Names{});
}

class FileSplitReaderTest : public testing::Test {
 protected:
  Result<std::unique_ptr<SplitReader>> Open(const std::string& name, const ScanSpec& spec,
                                            const std::string& position = "",
                                            PartitionSpec partition = {}) {
    const FileSplit file{dir_ / name, 12, 5000, std::move(partition)};
    const FileReaderOptions options{.file_system = FileSystem::Posix(),
                                    .format = {.format = &kLineFormat},
                                    .file_columns = {{"a", Type::String()}, {"b", Type::String()}},
                                    .default_partition_name = "NONE"};
    ReaderContext context;
    context.batch_rows = 2;
    return MakeFileSplitReader(options, {file.path, file.Encode(), position}, spec, context);
  }

  /// Rows as "x|y|", batches ended by "/".
  static std::string ReadAll(SplitReader* reader, int batches = 1000) {
    std::string text;
    data::Batch batch;
    for (int k = 0; k < batches; ++k) {
      auto state = reader->Next(&batch);
      if (!state.ok()) return state.status().message();
      if (*state == SplitReader::State::kEnd) return text + "end";
      EXPECT_EQ(*state, SplitReader::State::kBatch);
      for (int32_t row = 0; row < batch.size; ++row) {
        for (const auto& c : batch.columns) {
          if (c->IsNull(row)) {
            text += "null";
          } else if (c->physical() == data::PhysicalType::kString) {
            text += c->At<std::string_view>(row);
          } else if (c->physical() == data::PhysicalType::kInt32) {
            text += std::to_string(c->At<int32_t>(row));
          } else {
            text += std::to_string(c->At<int64_t>(row));
          }
          text += '|';
        }
      }
      text += '/';
    }
    return text;
  }

  const TemporaryFolder dir_;
};

TEST_F(FileSplitReaderTest, ResumesAfterEveryBatch) {
  dir_.Write("f", "1,x\n2,y\n3,z");
  const ScanSpec spec{.columns = {{"b", Type::String()}, {"a", Type::String()}}};
  auto reader = Open("f", spec);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ((*reader)->name(), dir_ / "f");
  const std::string start = (*reader)->position();
  EXPECT_EQ(ReadAll(reader->get(), 1), "x|1|y|2|/");
  EXPECT_EQ(ReadAll(Open("f", spec, (*reader)->position())->get()), "z|3|/end");
  EXPECT_EQ(ReadAll(reader->get()), "z|3|/end");
  EXPECT_EQ(ReadAll(Open("f", spec, (*reader)->position())->get()), "end");
  EXPECT_EQ(ReadAll(Open("f", spec, start)->get()), "x|1|y|2|/z|3|/end");
  EXPECT_EQ(Open("f", spec, "zzz").status().code(), StatusCode::kInternal);
}

TEST_F(FileSplitReaderTest, PartitionAndMetadataColumnsAreConstants) {
  dir_.Write("f", "1,x\n");
  const ScanSpec spec{.columns = {{"day", Type::Date()},
                                  {"a", Type::String()},
                                  {"n", Type::Bigint()},
                                  {"s", Type::String()}},
                      .metadata_keys = {"file.name", "file.size", "file.modification-time"}};
  auto reader = Open("f", spec, "", {{"day", "1970-01-03"}, {"n", "-7"}, {"s", "NONE"}});
  ASSERT_TRUE(reader.ok()) << reader.status().ToString();
  EXPECT_EQ(ReadAll(reader->get()), "2|1|-7|null|f|12|5000|/end");
  EXPECT_EQ(Open("f", spec, "", {{"day", "x"}, {"n", "1"}, {"s", "1"}}).status().message(),
            dir_ / "f" + ": column day: the partition value 'x' is not a DATE");
}

TEST_F(FileSplitReaderTest, AnExcludedPartitionIsNotEvenOpened) {
  const expr::ScalarFunction equals{.name = "="};
  auto column = std::make_shared<expr::Expr>(expr::Expr{expr::ExprKind::kColumn, Type::String()});
  column->column = 0;
  auto literal = std::make_shared<expr::Expr>(expr::Expr{expr::ExprKind::kLiteral, Type::Char(1)});
  literal->literal = StringBatch({{"x"}}).columns[0]->WithType(Type::Char(1));
  auto filter = std::make_shared<expr::Expr>(expr::Expr{expr::ExprKind::kCall, Type::Boolean()});
  filter->function = &equals;
  filter->args = {column, literal};
  const ScanSpec spec{.columns = {{"k", Type::String()}}, .filters = {filter}};
  EXPECT_EQ(ReadAll(Open("gone", spec, "", {{"k", "y"}})->get()), "end");
  EXPECT_EQ(ReadAll(Open("gone", spec, "", {{"k", "NONE"}})->get()), "end") << "NULL = 'x'";
  EXPECT_EQ(ReadAll(Open("gone", spec, "", {{"k", "x"}})->get()),
            dir_ / "gone" + ": No such file or directory");
}

TEST_F(FileSplitReaderTest, NoColumnsStillCountRows) {
  dir_.Write("f", "1,x\n2,y\n3,z\n");
  auto reader = Open("f", {});
  data::Batch batch;
  ASSERT_TRUE((*reader)->Next(&batch).ok());
  EXPECT_EQ(batch.size, 2);
  EXPECT_TRUE(batch.columns.empty());
}

TEST_F(FileSplitReaderTest, ErrorsNameTheFile) {
  dir_.Write("f", "1,x\n2,y\nbad\n");
  const ScanSpec spec{.columns = {{"a", Type::String()}}};
  EXPECT_EQ(ReadAll(Open("f", spec)->get()), dir_ / "f" + ": line 3: is bad");
  EXPECT_EQ(ReadAll(Open("gone", spec)->get()), dir_ / "gone" + ": No such file or directory");
  auto reader = Open("f", spec);
  ReadAll(reader->get(), 1);
  ASSERT_TRUE((*FileSystem::Posix()->OpenForAppend(dir_ / "f", 3))->Close().ok());
  EXPECT_EQ(ReadAll(Open("f", spec, (*reader)->position())->get()),
            dir_ / "f" + ": holds 3 bytes, but 8 were read before");
}

TEST(PartitionPath, Values) {
  const auto round = [](const std::string& text, const Type& type) {
    auto value = PartitionValueFromText(text, type);
    return value.ok() ? PartitionValueToText(**value, 0, "NONE") : value.status().message();
  };
  EXPECT_EQ(round("2024-01-02", Type::Date()), "2024-01-02");
  EXPECT_EQ(round("19724", Type::Date()), "2024-01-02") << "as Flink writes it";
  EXPECT_EQ(round("2024-01-02T03:04", Type::Timestamp(3)), "2024-01-02T03:04");
  EXPECT_EQ(round("-01.50", Type::Decimal(5, 2)), "-1.50");
  EXPECT_EQ(round("1.500", Type::Decimal(5, 2)), "1.50");
  EXPECT_EQ(round("1.505", Type::Decimal(5, 2)),
            "the partition value '1.505' is not a DECIMAL(5, 2)");
  EXPECT_EQ(round("1000", Type::Decimal(5, 2)),
            "the partition value '1000' is not a DECIMAL(5, 2)");
  EXPECT_EQ(round("128", Type::Tinyint()), "the partition value '128' is not a TINYINT");
  EXPECT_EQ(round("1.0E10", Type::Double()), "1.0E10");
  EXPECT_EQ(round("TRUE", Type::Boolean()), "true");
  EXPECT_EQ(round("1", Type::Boolean()), "false") << "Java's parseBoolean";
}

TEST(PartitionPath, EscapesAndParses) {
  EXPECT_EQ(PartitionPath({{"a", "x/y:z"}, {"b", "é 1%"}}), "a=x%2Fy%3Az/b=é 1%25");
  EXPECT_EQ(ParsePartitionFolder("a=x%2Fy%3Az"), std::pair(std::string("a"), std::string("x/y:z")));
  EXPECT_FALSE(ParsePartitionFolder("a"));
  EXPECT_FALSE(ParsePartitionFolder("=x"));
  EXPECT_FALSE(ParsePartitionFolder("a="));
}

}  // namespace
}  // namespace thalweg::connectors
