#include "state/keyed_table.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "data/string_arena.h"
#include "state/owned_sets.h"
#include "state/string_ref.h"

namespace thalweg::state {
namespace {
using data::Column;
using data::ColumnPtr;
using data::Rows;
using data::Type;

constexpr int kMax = 128;

ColumnPtr Ints(const std::vector<int64_t>& v, int64_t null = INT64_MIN) {
  auto c = Column::Make(Type::Bigint(), static_cast<int32_t>(v.size()));
  for (size_t i = 0; i < v.size(); ++i) {
    c->mutable_values<int64_t>()[i] = v[i];
    if (v[i] == null) c->SetNull(static_cast<int32_t>(i));
  }
  return c;
}

ColumnPtr Strings(const std::vector<std::string>& v) {
  auto c = Column::Make(Type::String(), static_cast<int32_t>(v.size()));
  data::StringArena arena;
  for (size_t i = 0; i < v.size(); ++i) c->mutable_values<std::string_view>()[i] = arena.Add(v[i]);
  arena.AttachTo(c.get());
  return c;
}

class Harness {
 public:
  Harness(std::vector<Type> types, int32_t value_bytes, data::KeyGroupRange groups = {0, kMax})
      : pool("test", nullptr), memory(&pool), table({types, value_bytes, groups, kMax}, &memory) {}

  std::vector<uint8_t*> Rows(const std::vector<ColumnPtr>& keys) {
    data::Batch b;
    b.size = keys[0]->size();
    b.columns = keys;
    std::vector<int> index;
    std::vector<const Column*> columns;
    for (size_t i = 0; i < keys.size(); ++i) {
      index.push_back(static_cast<int>(i));
      columns.push_back(keys[i].get());
    }
    std::vector<uint64_t> h(static_cast<size_t>(b.size));
    data::HashRows(b, index, b.rows(), h.data());
    std::vector<uint8_t*> rows(static_cast<size_t>(b.size));
    table.FindOrInsert(columns, b.rows(), h.data(), rows.data());
    return rows;
  }
  int64_t* Value(uint8_t* row) { return reinterpret_cast<int64_t*>(table.ValuesOf(row)); }

  MemoryPool pool;
  StateMemory memory;
  KeyedTable table;
};

TEST(KeyedTable, CountsLikeAMapWhileGrowingAndErasing) {
  Harness h({Type::Bigint()}, 8);
  std::map<int64_t, int64_t> expected;
  uint64_t x = 1;
  for (int round = 0; round < 60; ++round) {
    std::vector<int64_t> keys;
    for (int i = 0; i < 500; ++i) {
      x = x * 6364136223846793005u + 1442695040888963407u;
      const auto key = static_cast<int64_t>(x >> 33) % 5000;
      keys.push_back(key == 17 ? INT64_MIN : key);  // NULL
      ++expected[keys.back()];
    }
    for (uint8_t* row : h.Rows({Ints(keys)})) ++*h.Value(row);
    if (round % 7 == 6) {
      std::vector<uint8_t*> all;
      h.table.CollectRows(&all);
      for (size_t i = 0; i < all.size(); i += 2) {
        const bool null = h.table.layout().IsNull(all[i], 0);
        int64_t key;
        std::memcpy(&key, all[i] + h.table.layout().key_offset(0), 8);
        ASSERT_EQ(expected.erase(null ? INT64_MIN : key), 1u);
        h.table.Erase(all[i]);
      }
    }
  }
  std::vector<uint8_t*> all;
  h.table.CollectRows(&all);
  ASSERT_EQ(all.size(), expected.size());
  ASSERT_EQ(h.table.count(), static_cast<int64_t>(expected.size()));
  const auto keys = h.table.EmitKey(0, all.data(), static_cast<int32_t>(all.size()));
  for (size_t i = 0; i < all.size(); ++i) {
    const int32_t k = static_cast<int32_t>(i);
    EXPECT_EQ(expected.at(keys->IsNull(k) ? INT64_MIN : keys->At<int64_t>(k)), *h.Value(all[i]));
  }
}

TEST(KeyedTable, CompositeKeysWithStringsAndNulls) {
  Harness h({Type::String(), Type::Int(), Type::Decimal(20, 2)}, 8);
  auto ints = Column::Make(Type::Int(), 4);
  auto decimals = Column::Make(Type::Decimal(20, 2), 4);
  for (int i = 0; i < 4; ++i) {
    ints->mutable_values<int32_t>()[i] = i / 2;
    decimals->mutable_values<__int128>()[i] = -5;
  }
  decimals->SetNull(3);
  const auto strings =
      Strings({"a long string beyond twelve", "a long string beyond twelve", "", ""});
  const auto rows = h.Rows({strings, ints, decimals});
  EXPECT_EQ(rows[0], rows[1]);
  EXPECT_NE(rows[2], rows[3]);
  EXPECT_EQ(h.table.count(), 3);
  EXPECT_EQ(h.Rows({strings, ints, decimals}), rows);
  const auto s = h.table.EmitKey(0, rows.data(), 4);
  EXPECT_EQ(s->At<std::string_view>(0), "a long string beyond twelve");
  const auto d = h.table.EmitKey(2, rows.data(), 4);
  EXPECT_EQ(d->At<__int128>(0), -5);
  EXPECT_TRUE(d->IsNull(3));
}

TEST(KeyedTable, NestedKeysAreFoundAndComeBack) {
  const Type row = Type::Row({{"a", Type::Int()}, {"b", Type::String()}});
  Harness h({row}, 8);
  auto a = Column::Make(Type::Int(), 3);
  for (int i = 0; i < 3; ++i) a->mutable_values<int32_t>()[i] = i == 2 ? 0 : i;
  const auto keys = Column::MakeRow(row, 3, {a, Strings({"x", "x", "x"})});
  const auto rows = h.Rows({keys});
  EXPECT_EQ(rows[0], rows[2]);
  EXPECT_NE(rows[0], rows[1]);
  const auto out = h.table.EmitKey(0, rows.data(), 3);
  EXPECT_EQ(out->children()[0]->At<int32_t>(1), 1);
  EXPECT_EQ(out->children()[1]->At<std::string_view>(1), "x");
}

TEST(KeyedTable, MemoryIsAccountedAndGivenBack) {
  MemoryPool pool("table", nullptr, 1 << 20);
  ExtentSpace space(64 << 10, 64 << 20);
  space.SetDirectories({"/does/not/exist"});
  {
    StateMemory memory(&pool, &space);
    KeyedTable table({{Type::Bigint()}, 8, {0, kMax}, kMax}, &memory);
    std::vector<int64_t> v;
    for (int64_t i = 0; i < 100000; ++i) v.push_back(i);
    data::Batch b;
    b.size = 100000;
    b.columns = {Ints(v)};
    std::vector<uint64_t> hashes(v.size());
    std::vector<uint8_t*> rows(v.size());
    const int key = 0;
    data::HashRows(b, std::span(&key, 1), b.rows(), hashes.data());
    const Column* c = b.columns[0].get();
    table.FindOrInsert(std::span(&c, 1), b.rows(), hashes.data(), rows.data());
    EXPECT_EQ(memory.status().code(), StatusCode::kResourceExhausted);
    EXPECT_NE(memory.status().message().find("/does/not/exist: No such file"), std::string::npos)
        << memory.status().message();
    EXPECT_GT(pool.used(), 100000 * 40);
    EXPECT_LT(pool.used(), 100000 * 120);
  }
  EXPECT_EQ(pool.used(), 0);
}

// 60 k rows (4 MB and their index) in 1 MB; rows are found and erased while the table grows, and do
// not move.
TEST(KeyedTable, GrowsBeyondItsMemory) {
  MemoryPool pool("table", nullptr, 1 << 20);
  ExtentSpace space(64 << 10, size_t{1} << 30);
  {
    StateMemory memory(&pool, &space);
    KeyedTable table({{Type::Bigint()}, 24, {0, kMax}, kMax}, &memory);
    constexpr int64_t kRows = 60'000;
    constexpr int64_t kStep = 2000;
    std::vector<uint8_t*> known(kRows);
    const auto find = [&](int64_t first, bool write) {
      std::vector<int64_t> v;
      for (int64_t i = first; i < first + kStep; ++i) v.push_back(i);
      const ColumnPtr column = Ints(v);
      const Column* c = column.get();
      std::vector<uint64_t> hashes(v.size(), data::kEmptyRowHash);
      data::HashColumn(*c, Rows::All(kStep), hashes.data());
      std::vector<uint8_t*> rows(v.size());
      table.FindOrInsert(std::span(&c, 1), Rows::All(kStep), hashes.data(), rows.data(),
                         write ? KeyedTable::Access::kWrite : KeyedTable::Access::kRead);
      memory.EndStep();
      return rows;
    };
    const auto value = [&](uint8_t* row) {
      return reinterpret_cast<int64_t*>(table.ValuesOf(row));
    };
    for (int64_t first = 0; first < kRows; first += kStep) {
      const auto rows = find(first, true);
      for (int64_t i = 0; i < kStep; ++i) {
        known[static_cast<size_t>(first + i)] = rows[static_cast<size_t>(i)];
        *value(rows[static_cast<size_t>(i)]) = first + i;
      }
      const int64_t again = first / kStep * 37 % (first / kStep + 1) * kStep;
      const auto found = find(again, first % 3 == 0);
      for (int64_t i = 0; i < kStep; ++i) {
        ASSERT_EQ(found[static_cast<size_t>(i)], known[static_cast<size_t>(again + i)]);
        ASSERT_EQ(value(found[static_cast<size_t>(i)])[0], again + i);
        ++value(found[static_cast<size_t>(i)])[1];
      }
      ASSERT_TRUE(memory.status().ok()) << memory.status().message();
      ASSERT_LE(pool.used(), pool.limit());
    }
    EXPECT_EQ(table.count(), kRows);
    int64_t counted = 0;
    for (int64_t i = 0; i < kRows; ++i) {
      uint8_t* row = known[static_cast<size_t>(i)];
      ASSERT_EQ(*value(row), i);
      counted += value(row)[1];
    }
    EXPECT_EQ(counted, kRows);
    EXPECT_GT(memory.paged_bytes(), 4 << 20);
    for (size_t i = 0; i < known.size(); i += 2) table.Erase(known[i]);
    EXPECT_EQ(table.count(), kRows / 2);
    for (int64_t first = 0; first < 20 * kStep; first += kStep) {
      const auto rows = find(first, true);
      for (size_t i = 1; i < rows.size(); i += 2) {
        ASSERT_EQ(rows[i], known[static_cast<size_t>(first) + i]);
      }
    }
    EXPECT_EQ(table.count(), kRows / 2 + 10 * kStep);
    table.Recycle();
    memory.EndStep();
    EXPECT_EQ(table.count(), 0);
  }
  EXPECT_EQ(pool.used(), 0);
  EXPECT_EQ(space.stats().paged_bytes, 0);
}

TEST(OwnedSets, ChainsPerOwnerKeepTheirOrderOverErasure) {
  Harness owners({Type::Bigint()}, 16);
  OwnedSets sets({Type::String()}, 8, OwnedSets::Erases::kEntries, {0, kMax}, kMax, &owners.memory);
  const auto rows = owners.Rows({Ints({1, 1, 2, 1, 2, 1})});
  const int32_t chain = owners.table.layout().value_offset();
  const auto values = Strings({"a", "b", "a", "a", "c", "a much longer value than twelve"});
  std::vector<uint8_t*> entries(6);
  const Column* c = values.get();
  sets.FindOrInsert(std::span(&c, 1), Rows::All(6), rows.data(), chain, entries.data());
  EXPECT_EQ(entries[0], entries[3]);
  EXPECT_NE(entries[0], entries[2]);
  *reinterpret_cast<int64_t*>(sets.EntryBytes(entries[5])) = 42;
  sets.Erase(rows[0], chain, entries[1]);
  std::vector<uint8_t*> left;
  sets.CollectEntries(rows[0], chain, &left);
  ASSERT_EQ(left.size(), 2u);
  const auto out = sets.EmitValues(0, left.data(), 2);
  EXPECT_EQ(out->At<std::string_view>(0), "a");
  EXPECT_EQ(out->At<std::string_view>(1), "a much longer value than twelve");
  EXPECT_EQ(*reinterpret_cast<int64_t*>(sets.EntryBytes(left[1])), 42);
  sets.Clear(rows[0], chain);
  EXPECT_EQ(OwnedSets::ChainOf(rows[0], chain)->head, 0u);
  left.clear();
  sets.CollectEntries(rows[2], chain, &left);
  EXPECT_EQ(left.size(), 2u);
}

TEST(OwnedSets, SetsThatAreErasedAsAWholeKeepTheirOrder) {
  Harness owners({Type::Bigint()}, 8);
  OwnedSets sets({Type::Bigint()}, 8, OwnedSets::Erases::kWholeSets, {0, kMax}, kMax,
                 &owners.memory);
  const auto rows = owners.Rows({Ints({1, 2, 1, 1, 2, 1})});
  const int32_t chain = owners.table.layout().value_offset();
  const auto values = Ints({30, 7, 10, 30, 5, 20});
  std::vector<uint8_t*> entries(6);
  const Column* c = values.get();
  const auto fill = [&] {
    sets.FindOrInsert(std::span(&c, 1), Rows::All(6), rows.data(), chain, entries.data());
  };
  const auto of = [&](uint8_t* owner) {
    std::vector<uint8_t*> in_order;
    sets.CollectEntries(owner, chain, &in_order);
    std::vector<int64_t> out;
    const auto n = static_cast<int32_t>(in_order.size());
    const auto column = sets.EmitValues(0, in_order.data(), n);
    for (int32_t i = 0; i < n; ++i) out.push_back(column->At<int64_t>(i));
    return out;
  };
  fill();
  EXPECT_EQ(of(rows[0]), (std::vector<int64_t>{30, 10, 20}));
  EXPECT_EQ(of(rows[1]), (std::vector<int64_t>{7, 5}));
  sets.Clear(rows[0], chain);
  EXPECT_EQ(of(rows[0]), std::vector<int64_t>());
  EXPECT_EQ(of(rows[1]), (std::vector<int64_t>{7, 5}));
  fill();
  EXPECT_EQ(of(rows[0]), (std::vector<int64_t>{30, 10, 20}));
  sets.Recycle();
  EXPECT_EQ(sets.table()->count(), 0);
}

}  // namespace
}  // namespace thalweg::state
