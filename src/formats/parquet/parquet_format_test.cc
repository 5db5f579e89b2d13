#include "formats/parquet/parquet_format.h"

#include <gtest/gtest.h>

#include <cstring>

#include "data/column_builder.h"
#include "formats/row_text_testing.h"

namespace thalweg::formats {
namespace {

using data::Batch;
using data::ColumnBuilder;
using data::Schema;
using data::Type;

class StringFile : public RandomAccessFile {
 public:
  explicit StringFile(std::string bytes) : bytes_(std::move(bytes)) {}
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  Status ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const override {
    std::memcpy(out, bytes_.data() + offset, static_cast<size_t>(bytes));
    return Status::OK();
  }
  const std::string& path() const override { return path_; }

 private:
  std::string bytes_;
  std::string path_ = "t.parquet";
};

const Schema kAll = {
    {"a", Type::Int()},
    {"b", Type::String()},
    {"c", Type::Double()},
    {"d", Type::Decimal(20, 3)},
    {"e", Type::Boolean()},
    {"f", Type::Date()},
    {"g", Type::Time()},
    {"h", Type::Timestamp(3)},
    {"i", Type::TimestampLtz(6)},
    {"j", Type::Bytes()},
    {"k", Type::Tinyint()},
    {"l", Type::Array(Type::String())},
    {"m", Type::Map(Type::String(), Type::Bigint())},
    {"r", Type::Row({{"x", Type::Int()}, {"y", Type::Row({{"z", Type::String()}})}})},
};

/// Row i of kAll; every fifth value of a column is NULL.
Batch MakeBatch(int32_t first, int32_t rows) {
  std::vector<ColumnBuilder> b;
  for (const auto& f : kAll) b.emplace_back(f.type);
  for (int32_t i = first; i < first + rows; ++i) {
    b[0].Append<int32_t>(i);
    b[1].AppendString("text " + std::to_string(i));
    b[2].Append<double>(i / 4.0);
    b[3].Append<__int128>(static_cast<__int128>(i) * 1000000007 * 1000);
    b[4].Append<uint8_t>(i % 2 == 0);
    b[5].Append<int32_t>(19000 + i);
    b[6].Append<int32_t>(i % 86400 * 1000);
    b[7].Append<int64_t>(1704164645000 + i);
    b[8].Append<int64_t>(1704164645000001 + i);
    b[9].AppendString(std::string(static_cast<size_t>(i % 3), '\x01'));
    b[10].Append<int8_t>(static_cast<int8_t>(i));
    if (i % 5 == 4) {
      b[11].AppendNull();
      b[12].AppendNull();
      b[13].AppendNull();
      continue;
    }
    for (int32_t k = 0; k < i % 4; ++k) {
      if (k == 1) {
        b[11].child(0)->AppendNull();
      } else {
        b[11].child(0)->AppendString("e" + std::to_string(k));
      }
    }
    b[11].EndList();
    if (i % 2 == 0) {
      b[12].child(0)->AppendString("key");
      b[12].child(1)->Append<int64_t>(i);
    }
    b[12].EndList();
    b[13].child(0)->Append<int32_t>(i);
    b[13].child(1)->child(0)->AppendString("z" + std::to_string(i));
    b[13].child(1)->EndRow();
    b[13].EndRow();
  }
  Batch batch;
  batch.size = rows;
  for (auto& c : b) batch.columns.push_back(c.Finish());
  return batch;
}

std::string WriteFile(int batches, int32_t rows, const FormatOptions& options = {}) {
  auto encoder = parquet::ParquetFormat().make_file_encoder(kAll, options, {});
  EXPECT_TRUE(encoder.ok()) << encoder.status().message();
  std::string out;
  for (int i = 0; i < batches; ++i) {
    const Status s = (*encoder)->Write(MakeBatch(i * rows, rows), &out);
    EXPECT_TRUE(s.ok()) << s.message();
  }
  EXPECT_TRUE((*encoder)->Finish(&out).ok());
  return out;
}

std::unique_ptr<FileReader> Open(const std::string& bytes, const Schema& schema,
                                 std::vector<ColumnPredicate> predicates = {}) {
  auto reader = parquet::ParquetFormat().make_reader(
      std::make_shared<StringFile>(bytes), {schema, schema}, std::move(predicates), {}, {});
  EXPECT_TRUE(reader.ok()) << reader.status().message();
  return reader.ok() ? std::move(*reader) : nullptr;
}

std::vector<std::string> ReadRows(FileReader* reader, int32_t max_rows) {
  std::vector<Batch> batches;
  for (;;) {
    Batch batch;
    auto more = reader->Next(max_rows, &batch);
    EXPECT_TRUE(more.ok()) << more.status().message();
    if (!more.ok() || !*more) return RowTexts(batches);
    EXPECT_LE(batch.size, max_rows);
    batches.push_back(std::move(batch));
  }
}

TEST(Parquet, AllTypesThereAndBack) {
  for (const char* codec : {"SNAPPY", "UNCOMPRESSED", "GZIP", "ZSTD", "LZ4"}) {
    for (const char* int64 : {"false", "true"}) {
      const std::string file =
          WriteFile(2, 50, {{"compression", codec}, {"write.int64.timestamp", int64}});
      auto reader = Open(file, kAll);
      ASSERT_NE(reader, nullptr);
      std::vector<std::string> expected = RowTexts({MakeBatch(0, 50), MakeBatch(50, 50)});
      EXPECT_EQ(ReadRows(reader.get(), 32), expected) << codec << " " << int64;
    }
  }
}

TEST(Parquet, OnlyColumnsAndFieldsAskedFor) {
  const std::string file = WriteFile(1, 6);
  const Schema some = {{"r", Type::Row({{"y", Type::Row({{"z", Type::String()}})}})},
                       {"missing", Type::Int()},
                       {"a", Type::Int()}};
  auto reader = Open(file, some);
  EXPECT_EQ(ReadRows(reader.get(), 100), Rows("((z0))|NULL|0", "((z1))|NULL|1", "((z2))|NULL|2",
                                              "((z3))|NULL|3", "NULL|NULL|4", "((z5))|NULL|5"));
  reader = Open(file, {});
  Batch batch;
  EXPECT_TRUE(*reader->Next(4, &batch));
  EXPECT_EQ(batch.size, 4);
  EXPECT_TRUE(*reader->Next(4, &batch));
  EXPECT_EQ(batch.size, 2);
  EXPECT_FALSE(*reader->Next(4, &batch));
}

TEST(Parquet, PositionsResume) {
  const std::string file = WriteFile(3, 40, {{"block.size", "1"}});
  const Schema a = {{"a", Type::Int()}};
  auto reader = Open(file, a);
  Batch batch;
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(*reader->Next(16, &batch));
  const RowGroupPosition p = reader->position();
  EXPECT_EQ(p.row_group, 1);
  EXPECT_EQ(p.row, 16);
  auto resumed = Open(file, a);
  resumed->Seek(p);
  EXPECT_EQ(ReadRows(resumed.get(), 10), ReadRows(reader.get(), 16));
  EXPECT_EQ(resumed->position().row_group, 3);
}

TEST(Parquet, RowGroupsAreSkippedByTheirStatistics) {
  const std::string file =
      WriteFile(3, 40, {{"block.size", "1"}, {"write.int64.timestamp", "true"}});
  const Schema a = {{"a", Type::Int()}};
  const auto rows = [&](const char* column, ColumnPredicate::Op op, const Type& type,
                        auto literal) {
    ColumnBuilder b(type);
    if constexpr (std::is_same_v<decltype(literal), const char*>) {
      b.AppendString(literal);
    } else {
      b.Append(literal);
    }
    auto reader = Open(file, a, {{column, op, b.Finish()}});
    return ReadRows(reader.get(), 100).size();
  };
  using Op = ColumnPredicate::Op;
  EXPECT_EQ(rows("a", Op::kEq, Type::Int(), int32_t{45}), 40u);
  EXPECT_EQ(rows("a", Op::kLt, Type::Int(), int32_t{0}), 0u);
  EXPECT_EQ(rows("a", Op::kLe, Type::Int(), int32_t{0}), 40u);
  EXPECT_EQ(rows("a", Op::kGt, Type::Int(), int32_t{39}), 80u);
  EXPECT_EQ(rows("a", Op::kGe, Type::Int(), int32_t{39}), 120u);
  EXPECT_EQ(rows("c", Op::kGt, Type::Double(), 10.0), 80u);
  EXPECT_EQ(rows("b", Op::kGt, Type::String(), "text 99"), 0u);
  EXPECT_EQ(rows("h", Op::kGe, Type::Timestamp(3), int64_t{1704164645080}), 40u);
  EXPECT_EQ(rows("r", Op::kEq, Type::Int(), int32_t{1}), 120u);
}

TEST(Parquet, ClearErrors) {
  const auto open = [](const std::string& bytes, const Schema& schema) -> Status {
    auto reader = parquet::ParquetFormat().make_reader(std::make_shared<StringFile>(bytes),
                                                       {schema, schema}, {}, {}, {});
    if (!reader.ok()) return reader.status();
    Batch batch;
    return (*reader)->Next(100, &batch).status();
  };
  const Schema a = {{"a", Type::Int()}};
  EXPECT_EQ(open("", a).code(), StatusCode::kBadData);
  EXPECT_EQ(open("a,b,c\n1,2,3\n", a).code(), StatusCode::kBadData);
  const std::string file = WriteFile(1, 10);
  EXPECT_EQ(open(file.substr(0, file.size() / 2), a).code(), StatusCode::kBadData);
  EXPECT_EQ(open(file, {{"b", Type::Int()}}).message(),
            "column 'b' of the file is string, which cannot be read as INT");
  EXPECT_EQ(parquet::ParquetFormat().validate(kAll, {{"compression", "zip"}}).code(),
            StatusCode::kInvalidSql);
}

}  // namespace
}  // namespace thalweg::formats
