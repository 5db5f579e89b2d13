#include "state/state_store.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
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

constexpr int kMax = 8;

class Random {
 public:
  explicit Random(uint64_t seed) : x_(seed * 2 + 1) {}
  uint64_t Below(uint64_t n) {
    x_ = x_ * 6364136223846793005u + 1442695040888963407u;
    return (x_ >> 33) % n;
  }

 private:
  uint64_t x_;
};

// What the tests keep of a key: a number, a text, a set of numbers with counts in the order of
// their coming, and further rows of the key, chained.
struct Item {
  int64_t number = 0;
  std::string text;
  std::vector<std::pair<int64_t, int64_t>> set;
  std::vector<int64_t> more;
  bool operator==(const Item&) const = default;
};
using Model = std::map<std::string, Item>;

struct Values {
  int64_t number;
  StringRef text;
  OwnedSets::Chain chain;
  uint32_t more;  // place of the next row of the key
  uint32_t unused;
};

ColumnPtr Text(const std::string& s) {
  auto c = Column::Make(Type::String(), 1);
  data::StringArena arena;
  c->mutable_values<std::string_view>()[0] = arena.Add(s);
  arena.AttachTo(c.get());
  return c;
}

// Whose extents the tables use.
ExtentSpace* space = ExtentSpace::Process();

// The tables of one subtask and their store.
class Tables {
 public:
  explicit Tables(int subtask = 0, int parallelism = 1, const std::string& values = "v")
      : pool_("test", nullptr),
        memory_(&pool_, space),
        range_(data::KeyGroupsOf(subtask, parallelism, kMax)),
        sets_({Type::Bigint()}, 8, OwnedSets::Erases::kEntries, range_, kMax, &memory_),
        owned_text_(this),
        owned_set_(this),
        table_({{Type::String()}, sizeof(Values), range_, kMax, values}, &memory_),
        store_("test operator") {
    table_.AddOwnedField(&owned_text_);
    table_.AddOwnedField(&owned_set_);
  }
  Status Open(const std::vector<std::string>& snapshots, bool extend = false) {
    std::vector<std::shared_ptr<const StateSegment>> segments;
    for (const std::string& s : snapshots) {
      segments.push_back(std::make_shared<MemorySegment>("segment", s));
    }
    TW_RETURN_IF_ERROR(store_.Restore(std::move(segments), extend));
    TW_RETURN_IF_ERROR(store_.AddTable("keys", &table_));
    TW_RETURN_IF_ERROR(store_.AddTable("sets", sets_.table()));
    return store_.FinishOpen();
  }
  StateStore& store() { return store_; }
  KeyedTable& table() { return table_; }

  uint8_t* Row(const std::string& key, bool insert) {
    const ColumnPtr column = Text(key);
    const Column* c = column.get();
    uint64_t hash = data::kEmptyRowHash;
    data::HashColumn(*c, Rows::All(1), &hash);
    uint8_t* row = nullptr;
    if (insert) {
      table_.FindOrInsert(std::span(&c, 1), Rows::All(1), &hash, &row);
    } else {
      table_.Find(std::span(&c, 1), Rows::All(1), &hash, &row);
      if (row != nullptr) table_.MarkDirty(row);
    }
    return row;
  }
  Values* Of(uint8_t* row) { return reinterpret_cast<Values*>(table_.ValuesOf(row)); }
  int32_t chain_offset() const {
    return table_.layout().value_offset() + static_cast<int32_t>(offsetof(Values, chain));
  }
  uint8_t* Entry(uint8_t* owner, int64_t value) {
    auto column = Column::Make(Type::Bigint(), 1);
    column->mutable_values<int64_t>()[0] = value;
    const Column* c = column.get();
    uint8_t* entry;
    sets_.FindOrInsert(std::span(&c, 1), Rows::All(1), &owner, chain_offset(), &entry);
    return entry;
  }
  OwnedSets& sets() { return sets_; }
  StateMemory& memory() { return memory_; }
  int64_t* Count(uint8_t* entry) { return reinterpret_cast<int64_t*>(sets_.EntryBytes(entry)); }
  void SetText(uint8_t* row, const std::string& s) { Of(row)->text.Assign(s, table_.SlabOf(row)); }

  void AppendTo(Model* model) {
    std::vector<uint8_t*> rows;
    table_.CollectRows(&rows);
    for (uint8_t* row : rows) {
      if (HeaderOf(row)->duplicate()) continue;
      const std::string key(
          reinterpret_cast<StringRef*>(row + table_.layout().key_offset(0))->View());
      Item item;
      item.number = Of(row)->number;
      item.text = Of(row)->text.View();
      std::vector<uint8_t*> entries;
      sets_.CollectEntries(row, chain_offset(), &entries);
      for (uint8_t* e : entries) {
        int64_t value;
        std::memcpy(&value, e + sets_.value_offset(0), sizeof(value));
        item.set.emplace_back(value, *Count(e));
      }
      for (uint32_t place = Of(row)->more; place != 0;) {
        uint8_t* next = table_.RowAt(HeaderOf(row)->hash, place);
        item.more.push_back(Of(next)->number);
        place = Of(next)->more;
      }
      EXPECT_TRUE(model->emplace(key, std::move(item)).second) << key;
      EXPECT_EQ(Row(key, false), row);
    }
  }

 private:
  struct OwnedText final : OwnedField {
    explicit OwnedText(Tables* t) : tables(t) {}
    void Free(uint8_t* row, Slab* slab) override { tables->Of(row)->text.Free(slab); }
    void Save(const uint8_t* row, std::string* out) const override {
      tables->Of(const_cast<uint8_t*>(row))->text.Save(out);
    }
    Status Load(uint8_t* row, Slab* slab, ByteReader* in) override {
      return tables->Of(row)->text.Load(slab, in) ? Status::OK() : Status::BadData("text");
    }
    Tables* const tables;
  };
  struct OwnedSet final : OwnedField {
    explicit OwnedSet(Tables* t) : tables(t) {}
    void Free(uint8_t* row, Slab*) override { tables->sets_.Clear(row, tables->chain_offset()); }
    void FreeAll() override { tables->sets_.Recycle(); }
    Tables* const tables;
  };

  MemoryPool pool_;
  StateMemory memory_;
  const data::KeyGroupRange range_;
  OwnedSets sets_;
  OwnedText owned_text_;
  OwnedSet owned_set_;
  KeyedTable table_;
  StateStore store_;
};

// One random step on both the tables and the model.
void Step(Tables* t, Model* model, Random* random) {
  const std::string key = (random->Below(2) == 0 ? "k" : "a key of more than twelve bytes ") +
                          std::to_string(random->Below(300));
  const uint64_t what = random->Below(100);
  const auto number = static_cast<int64_t>(random->Below(1'000'000));
  if (what < 50) {  // a new number and text
    uint8_t* row = t->Row(key, true);
    t->Of(row)->number = number;
    const std::string text(random->Below(2) * random->Below(60), 'x');
    t->SetText(row, text);
    (*model)[key].number = number;
    (*model)[key].text = text;
  } else if (what < 75) {  // into the set, or out of it
    uint8_t* row = t->Row(key, true);
    auto& set = (*model)[key].set;
    const int64_t value = number % 6;
    const auto at =
        std::find_if(set.begin(), set.end(), [&](const auto& e) { return e.first == value; });
    uint8_t* entry = t->Entry(row, value);
    if (what < 68) {
      t->sets().MarkDirty(entry);
      ++*t->Count(entry);
      if (at == set.end()) {
        set.emplace_back(value, 1);
      } else {
        ++at->second;
      }
    } else {
      t->sets().Erase(row, t->chain_offset(), entry);
      if (at != set.end()) set.erase(at);
    }
  } else if (what < 83) {  // one more row of the key
    uint8_t* row = t->Row(key, true);
    uint8_t* more = t->table().Duplicate(row);
    t->Of(more)->number = number;
    t->Of(more)->more = t->Of(row)->more;
    t->Of(row)->more = HeaderOf(more)->place();
    auto& list = (*model)[key].more;
    list.insert(list.begin(), number);
  } else if (what < 86) {  // the first of them changes, not found through the index
    if (!model->contains(key) || model->at(key).more.empty()) return;
    uint8_t* row = t->Row(key, false);
    uint8_t* more = t->table().RowAt(HeaderOf(row)->hash, t->Of(row)->more);
    EXPECT_EQ(t->table().IndexedRow(more), row);
    t->table().MarkDirty(more);
    t->Of(more)->number = number;
    (*model)[key].more[0] = number;
  } else if (what < 99) {  // gone, or empty again
    uint8_t* row = t->Row(key, false);
    ASSERT_EQ(row != nullptr, model->contains(key));
    if (row == nullptr) return;
    for (uint32_t place = t->Of(row)->more; place != 0;) {
      uint8_t* more = t->table().RowAt(HeaderOf(row)->hash, place);
      place = t->Of(more)->more;
      t->table().FreeRow(more);
    }
    if (what < 95) {
      t->table().Erase(row);
      model->erase(key);
    } else {
      t->table().ResetValues(row);
      (*model)[key] = Item();
    }
  } else if (random->Below(30) == 0) {
    t->table().Recycle();
    model->clear();
  }
}

std::string WriteAll(StateStore* store, bool full = false) {
  std::string bytes;
  store->BeginSnapshot(full);
  for (bool done = false; !done;) {
    EXPECT_TRUE(store->ContinueSnapshot(256 << 10, &bytes, &done).ok());
  }
  store->FinishSnapshot();
  return bytes;
}

// Chains of snapshots of random steps; counts the restores and the deltas.
void CheckChains(uint64_t seeds, int* restores, int* deltas) {
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    auto tables = std::make_unique<Tables>();
    ASSERT_TRUE(tables->Open({}).ok());
    Model model;
    std::vector<std::string> chain;
    const uint64_t pace = 1 + random.Below(400);
    for (int snapshot = 0; snapshot < 12; ++snapshot) {
      for (uint64_t n = random.Below(2 * pace); n > 0; --n) {
        Step(tables.get(), &model, &random);
        if (n % 16 == 0) tables->memory().EndStep();
      }
      const Model at_barrier = model;
      tables->store().BeginSnapshot(random.Below(10) == 0);
      std::string bytes;
      bool aborted = false;
      for (bool done = false; !done && !aborted;) {
        const auto budget = static_cast<int64_t>(1 + random.Below(4000));
        ASSERT_TRUE(tables->store().ContinueSnapshot(budget, &bytes, &done).ok());
        tables->memory().EndStep();
        for (uint64_t n = random.Below(30); n > 0; --n) Step(tables.get(), &model, &random);
        aborted = random.Below(40) == 0;
      }
      if (aborted) {
        tables->store().AbortSnapshot();
        continue;
      }
      if (tables->store().snapshot_is_base()) {
        chain.clear();
      } else {
        ++*deltas;
      }
      tables->store().FinishSnapshot();
      chain.push_back(std::move(bytes));
      ++*restores;
      const int parallelism = static_cast<int>(1 + random.Below(3));
      Model restored;
      for (int s = 0; s < parallelism; ++s) {
        Tables part(s, parallelism);
        const Status opened = part.Open(chain);
        ASSERT_TRUE(opened.ok()) << opened.message();
        part.memory().EndStep();
        part.AppendTo(&restored);
      }
      ASSERT_EQ(restored, at_barrier);
      if (random.Below(4) == 0) {  // a crash: goes on from the chain, and extends it
        tables = std::make_unique<Tables>();
        ASSERT_TRUE(tables->Open(chain, true).ok());
        model = at_barrier;
      }
    }
    Model now;
    tables->AppendTo(&now);
    ASSERT_EQ(now, model);
  }
}

TEST(StateStore, AnyChainOfSnapshotsRestoresTheBarrierOfItsLast) {
  int restores = 0;
  int deltas = 0;
  CheckChains(60, &restores, &deltas);
  EXPECT_GT(restores, 200);
  EXPECT_GT(deltas, 60);
}

TEST(StateStore, AnyChainOfSnapshotsRestoresWhatWasPagedOut) {
  ExtentSpace* before = space;
  ExtentSpace forced(4096, size_t{256} << 20, /*forced=*/true);
  space = &forced;
  int restores = 0;
  int deltas = 0;
  CheckChains(5, &restores, &deltas);
  space = before;
  EXPECT_GT(restores, 15);
  EXPECT_GT(forced.stats().written_bytes, 1 << 20);
}

TEST(StateStore, DamagedBytesAreAnErrorThatNamesThePlace) {
  Tables tables;
  ASSERT_TRUE(tables.Open({}).ok());
  for (int i = 0; i < 6; ++i) {
    uint8_t* row = tables.Row("a key of more than twelve bytes" + std::to_string(i), true);
    tables.SetText(row, "some text of some length");
    tables.Entry(row, i);
  }
  const std::string good = WriteAll(&tables.store());
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << i % 8));
    Tables again;
    const Status opened = again.Open({bad});
    ASSERT_EQ(opened.code(), StatusCode::kBadData) << i;
    ASSERT_NE(opened.message().find("segment at byte"), std::string::npos) << opened.message();
  }
  int whole = 0;  // cut between two blocks: only the caller knows how long the segment was
  for (size_t length = 1; length < good.size(); ++length) {
    Tables again;
    const Status opened = again.Open({good.substr(0, length)});
    if (opened.ok()) {
      ++whole;
    } else {
      ASSERT_EQ(opened.code(), StatusCode::kBadData) << length;
    }
  }
  EXPECT_LT(whole, 16);
}

TEST(StateStore, ChangedAggregatesAndUnknownTablesAreRefused) {
  Tables tables;
  ASSERT_TRUE(tables.Open({}).ok());
  tables.Row("a", true);
  const std::string bytes = WriteAll(&tables.store());
  Tables changed(0, 1, "SUM(BIGINT)");
  const Status opened = changed.Open({bytes});
  EXPECT_EQ(opened.code(), StatusCode::kBadData);
  EXPECT_NE(opened.message().find("\"keys\" of test operator"), std::string::npos)
      << opened.message();
  EXPECT_NE(opened.message().find("SUM(BIGINT)"), std::string::npos);
  StateStore other("other operator");
  ASSERT_TRUE(other.Restore({std::make_shared<MemorySegment>("s", bytes)}).ok());
  EXPECT_NE(other.FinishOpen().message().find("does not know the state \"keys\""),
            std::string::npos);
}

TEST(StateStore, DeltasHoldOnlyWhatChangedUntilABaseIsCheaper) {
  Tables tables;
  ASSERT_TRUE(tables.Open({}).ok());
  for (int i = 0; i < 2000; ++i) tables.Of(tables.Row("k" + std::to_string(i), true))->number = 1;
  const size_t base = WriteAll(&tables.store()).size();
  EXPECT_TRUE(tables.store().snapshot_is_base());
  EXPECT_GT(base, 2000u * 16);
  EXPECT_LT(base, 2000u * 24);  // rows have 88 bytes, most of them zero
  EXPECT_LT(WriteAll(&tables.store()).size(), 1u);
  for (int i = 0; i < 200; ++i) ++tables.Of(tables.Row("k" + std::to_string(i), true))->number;
  const size_t delta = WriteAll(&tables.store()).size();
  EXPECT_FALSE(tables.store().snapshot_is_base());
  EXPECT_LT(delta, base / 9);
  // A freed row takes four bytes.
  for (int i = 1000; i < 2000; ++i)
    tables.table().Erase(tables.Row("k" + std::to_string(i), false));
  EXPECT_LT(WriteAll(&tables.store()).size(), 1000u * 4 + 1000);
  bool base_again = false;
  for (int round = 0; round < 15 && !base_again; ++round) {
    for (int i = 0; i < 200; ++i) ++tables.Of(tables.Row("k" + std::to_string(i), true))->number;
    WriteAll(&tables.store());
    base_again = tables.store().snapshot_is_base();
  }
  EXPECT_TRUE(base_again);
  EXPECT_EQ(tables.store().Tables()[0].rows, 1000);
}

TEST(StateStore, APieceOfLongRowsIsNoLongerThanItsBudgetAndABlock) {
  constexpr size_t kText = 10'000;
  Tables tables;
  ASSERT_TRUE(tables.Open({}).ok());
  for (int i = 0; i < 1000; ++i) {
    tables.SetText(tables.Row("k" + std::to_string(i), true), std::string(kText, 'x'));
  }
  tables.store().BeginSnapshot(true);
  std::string bytes;
  for (bool done = false; !done;) {
    const size_t before = bytes.size();
    ASSERT_TRUE(tables.store().ContinueSnapshot(100'000, &bytes, &done).ok());
    EXPECT_LT(bytes.size() - before, 100'000u + (64u << 10) + kText + 1000);
  }
  EXPECT_GT(bytes.size(), 1000 * kText);
}

TEST(StateStore, APieceIsNoLongerThanItsBudgetAndABlock) {
  Tables tables;
  ASSERT_TRUE(tables.Open({}).ok());
  for (int i = 0; i < 20000; ++i) tables.Row("k" + std::to_string(i), true);
  tables.store().BeginSnapshot(false);
  // Steps between the pieces change all rows that are still to be written.
  std::string bytes;
  size_t pieces = 0;
  for (bool done = false; !done; ++pieces) {
    const size_t before = bytes.size();
    ASSERT_TRUE(tables.store().ContinueSnapshot(100'000, &bytes, &done).ok());
    EXPECT_LT(bytes.size() - before, 100'000u + (pieces == 1 ? 20000u * 100 : 80'000u));
    if (pieces == 0) {
      for (int i = 0; i < 20000; ++i)
        ++tables.Of(tables.Row("k" + std::to_string(i), true))->number;
    }
  }
  tables.store().FinishSnapshot();
  Tables again;
  ASSERT_TRUE(again.Open({bytes}).ok());
  for (int i = 0; i < 20000; ++i) {
    ASSERT_EQ(again.Of(again.Row("k" + std::to_string(i), false))->number, 0);
  }
}

}  // namespace
}  // namespace thalweg::state
