#include "state/owned_sets.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "data/string_arena.h"
#include "state/state_store.h"

namespace thalweg::state {
namespace {
using data::Column;
using data::ColumnPtr;
using data::Rows;
using data::Type;

constexpr int kMax = 128;
constexpr int kOwners = 40;
constexpr int kValues = 3000;

using Value = std::pair<std::optional<std::string>, std::optional<int64_t>>;
Value ValueOf(int i) {
  Value v;
  if (i % 5 != 0) v.first = std::string(static_cast<size_t>(i % 30), 'x') + std::to_string(i % 7);
  if (i % 11 != 0) v.second = i / 97;
  return v;
}
int OwnerOf(int i) { return i % kOwners; }

// Owners, each of which has a set of values.
class Tables {
 public:
  explicit Tables(const std::string& snapshot) : pool_("test", nullptr) {
    std::vector<std::shared_ptr<const StateSegment>> segments;
    if (!snapshot.empty()) {
      segments.push_back(std::make_shared<MemorySegment>("segment", snapshot));
    }
    EXPECT_TRUE(store_.Restore(std::move(segments)).ok());
    EXPECT_TRUE(store_.AddTable("owners", &owners_).ok());
    EXPECT_TRUE(store_.AddTable("sets", sets_.table()).ok());
    EXPECT_TRUE(store_.FinishOpen().ok());
  }

  /// Every value into the set of an owner.
  std::vector<uint8_t*> FindOrInsert() {
    const auto owner_keys = Column::Make(Type::Bigint(), kValues);
    const auto numbers = Column::Make(Type::Bigint(), kValues);
    const auto texts = Column::Make(Type::String(), kValues);
    data::StringArena arena;
    for (int i = 0; i < kValues; ++i) {
      owner_keys->mutable_values<int64_t>()[i] = OwnerOf(i);
      const auto [text, number] = ValueOf(i);
      if (text) texts->mutable_values<std::string_view>()[i] = arena.Add(*text);
      if (number) numbers->mutable_values<int64_t>()[i] = *number;
      if (!text) texts->SetNull(i);
      if (!number) numbers->SetNull(i);
    }
    arena.AttachTo(texts.get());
    const Rows rows = Rows::All(kValues);
    std::vector<uint64_t> hashes(kValues, data::kEmptyRowHash);
    data::HashColumn(*owner_keys, rows, hashes.data());
    std::vector<uint8_t*> owners(kValues);
    const Column* key = owner_keys.get();
    owners_.FindOrInsert(std::span(&key, 1), rows, hashes.data(), owners.data());
    std::vector<uint8_t*> entries(kValues);
    const std::vector<const Column*> values{texts.get(), numbers.get()};
    sets_.FindOrInsert(values, rows, owners.data(), owners_.layout().value_offset(),
                       entries.data());
    return entries;
  }

  std::string Snapshot() {
    std::string bytes;
    store_.BeginSnapshot(true);
    for (bool done = false; !done;) {
      EXPECT_TRUE(store_.ContinueSnapshot(1 << 20, &bytes, &done).ok());
    }
    store_.FinishSnapshot();
    return bytes;
  }
  int32_t* CountOf(uint8_t* entry) { return reinterpret_cast<int32_t*>(sets_.EntryBytes(entry)); }
  OwnedSets& sets() { return sets_; }

 private:
  MemoryPool pool_;
  StateMemory memory_{&pool_};
  KeyedTable owners_{{{Type::Bigint()}, sizeof(OwnedSets::Chain), {0, kMax}, kMax, "owners"},
                     &memory_};
  OwnedSets sets_{{Type::String(), Type::Bigint()},
                  4,
                  OwnedSets::Erases::kWholeSets,
                  {0, kMax},
                  kMax,
                  &memory_};
  StateStore store_{"test operator"};
};

// Snapshots do not hold the hashes: the restore finds them again.
TEST(OwnedSets, FindsEveryEntryAfterARestore) {
  Tables before("");
  for (uint8_t* entry : before.FindOrInsert()) ++*before.CountOf(entry);
  const int64_t count = before.sets().table()->count();
  std::set<std::pair<int, Value>> distinct;
  for (int i = 0; i < kValues; ++i) distinct.emplace(OwnerOf(i), ValueOf(i));
  EXPECT_LT(distinct.size(), kValues);
  EXPECT_EQ(count, static_cast<int64_t>(distinct.size()));

  Tables after(before.Snapshot());
  EXPECT_EQ(after.sets().table()->count(), count);
  const std::vector<uint8_t*> there = before.FindOrInsert();
  const std::vector<uint8_t*> here = after.FindOrInsert();
  EXPECT_EQ(after.sets().table()->count(), count);
  for (size_t i = 0; i < here.size(); ++i) {
    EXPECT_EQ(*after.CountOf(here[i]), *before.CountOf(there[i]));
    EXPECT_EQ(HeaderOf(here[i])->hash, HeaderOf(there[i])->hash);
  }
}

}  // namespace
}  // namespace thalweg::state
