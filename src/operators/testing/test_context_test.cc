#include "operators/testing/test_context.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "data/column_builder.h"

namespace thalweg::operators {
namespace {

std::string CellText(const data::Column& column, int32_t row) {
  if (column.IsNull(row)) return "null";
  const data::Column& s = column.storage();
  const int32_t i = column.StorageIndex(row);
  using data::PhysicalType;
  switch (s.physical()) {
    case PhysicalType::kBool:
      return s.values<uint8_t>()[i] != 0 ? "true" : "false";
    case PhysicalType::kInt8:
      return std::to_string(s.values<int8_t>()[i]);
    case PhysicalType::kInt16:
      return std::to_string(s.values<int16_t>()[i]);
    case PhysicalType::kInt32:
      return std::to_string(s.values<int32_t>()[i]);
    case PhysicalType::kInt64:
      return std::to_string(s.values<int64_t>()[i]);
    case PhysicalType::kInt128:
      return fmt::format("{}", s.values<__int128>()[i]);
    case PhysicalType::kFloat:
      return fmt::format("{}", s.values<float>()[i]);
    case PhysicalType::kDouble:
      return fmt::format("{}", s.values<double>()[i]);
    case PhysicalType::kString:
      return std::string(s.values<std::string_view>()[i]);
    case PhysicalType::kList: {
      std::string out = "[";
      for (int32_t j = s.offsets()[i]; j < s.offsets()[i + 1]; ++j) {
        if (j > s.offsets()[i]) out += " ";
        for (size_t c = 0; c < s.children().size(); ++c) {
          if (c > 0) out += "=";
          out += CellText(*s.children()[c], j);
        }
      }
      return out + "]";
    }
    case PhysicalType::kRow: {
      std::string out = "(";
      for (const auto& c : s.children()) out += (out.size() > 1 ? " " : "") + CellText(*c, i);
      return out + ")";
    }
    case PhysicalType::kNull:
      return "null";
  }
  return "?";
}

}  // namespace

std::vector<std::string> TestContext::RowsOf(const data::Batch& batch) {
  std::vector<std::string> out;
  batch.rows().ForEach([&](int32_t row) {
    std::string text(data::ShortString(batch.kind(row)));
    text += "[";
    for (size_t c = 0; c < batch.columns.size(); ++c) {
      if (c > 0) text += ", ";
      text += CellText(*batch.columns[c], row);
    }
    out.push_back(text + "]");
  });
  return out;
}

std::vector<std::string> TestContext::TakeSorted() {
  auto rows = Take();
  std::sort(rows.begin(), rows.end());
  return rows;
}

data::Batch MakeBatch(const std::vector<data::Type>& types, const std::vector<std::string>& rows) {
  std::vector<data::ColumnBuilder> builders;
  for (const auto& t : types) builders.emplace_back(t);
  data::Batch batch;
  batch.size = static_cast<int32_t>(rows.size());
  auto kinds = data::Buffer::Allocate(batch.size);
  bool changes = false;
  for (size_t r = 0; r < rows.size(); ++r) {
    std::istringstream in(rows[r]);
    std::string word;
    in >> word;
    const data::RowKind kind = word == "+I"   ? data::RowKind::kInsert
                               : word == "-U" ? data::RowKind::kUpdateBefore
                               : word == "+U" ? data::RowKind::kUpdateAfter
                                              : data::RowKind::kDelete;
    kinds->mutable_data()[r] = static_cast<uint8_t>(kind);
    changes |= kind != data::RowKind::kInsert;
    for (size_t c = 0; c < types.size(); ++c) {
      word.clear();
      in >> word;
      using data::PhysicalType;
      if (word == "-") {
        builders[c].AppendNull();
        continue;
      }
      switch (data::PhysicalTypeOf(types[c])) {
        case PhysicalType::kBool:
          builders[c].Append<uint8_t>(word == "T" ? 1 : 0);
          break;
        case PhysicalType::kInt32:
          builders[c].Append<int32_t>(std::stoi(word));
          break;
        case PhysicalType::kInt64:
          builders[c].Append<int64_t>(std::stoll(word));
          break;
        case PhysicalType::kInt128:
          builders[c].Append<__int128>(std::stoll(word));
          break;
        case PhysicalType::kDouble:
          builders[c].Append<double>(std::stod(word));
          break;
        default:
          builders[c].AppendString(word);
      }
    }
  }
  for (auto& b : builders) batch.columns.push_back(b.Finish());
  if (changes) batch.kinds = std::move(kinds);
  return batch;
}

void TestContext::TakeSnapshot(std::vector<std::string>* snapshots) {
  ASSERT_TRUE(state_->FinishOpen().ok());
  state_->BeginSnapshot(false);
  std::string bytes;
  for (bool done = false; !done;) {
    ASSERT_TRUE(state_->ContinueSnapshot(1000, &bytes, &done).ok());
  }
  if (state_->snapshot_is_base()) snapshots->clear();
  state_->FinishSnapshot();
  snapshots->push_back(std::move(bytes));
}

void TestContext::RestoreFrom(const std::vector<std::string>& snapshots,
                              std::vector<state::TableSchema> tables) {
  state_ = std::make_unique<state::StateStore>("test operator");
  std::vector<std::shared_ptr<const state::StateSegment>> segments;
  for (const std::string& s : snapshots) {
    segments.push_back(std::make_shared<state::MemorySegment>("snapshot", s));
  }
  const bool extend = tables.empty();
  const Status restored = state_->Restore(std::move(segments), extend, std::move(tables));
  ASSERT_TRUE(restored.ok()) << restored.message();
}

Status Finish(Operator* op, TestContext* context, Result<Progress> first, int* rounds) {
  Result<Progress> p = std::move(first);
  while (p.ok() && *p == Progress::kMore) {
    context->Take();
    if (rounds != nullptr) ++*rounds;
    p = op->Produce();
  }
  return p.status();
}

TEST(TestContext, ShowsRowsAndKinds) {
  TestContext context;
  context.Emit(MakeBatch({data::Type::Bigint(), data::Type::String()}, {"+I 1 a", "-D - b"}));
  context.EmitWatermark(5);
  EXPECT_EQ(context.Take(), (std::vector<std::string>{"+I[1, a]", "-D[null, b]", "W 5"}));
}

}  // namespace thalweg::operators
