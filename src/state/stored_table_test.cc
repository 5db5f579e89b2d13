#include "state/stored_table.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <map>
#include <random>

#include "base/checksum.h"
#include "data/string_arena.h"
#include "state/keyed_table.h"
#include "state/state_store.h"
#include "state/string_ref.h"

namespace thalweg::state {
namespace {
using data::Column;
using data::Type;

constexpr int kGroups = 4;

struct Values {
  int64_t number;
  StringRef text;
};

class OwnedText final : public OwnedField {
 public:
  explicit OwnedText(KeyedTable* table) : table_(table) {}
  Values* Of(uint8_t* row) { return reinterpret_cast<Values*>(table_->ValuesOf(row)); }
  void Free(uint8_t* row, Slab* slab) override { Of(row)->text.Free(slab); }
  void Save(const uint8_t* row, std::string* out) const override {
    const_cast<OwnedText*>(this)->Of(const_cast<uint8_t*>(row))->text.Save(out);
  }
  Status Load(uint8_t* row, Slab* slab, ByteReader* in) override {
    return Of(row)->text.Load(slab, in) ? Status::OK() : Status::BadData("cut off");
  }

 private:
  KeyedTable* const table_;
};

using Model = std::map<std::string, std::pair<int64_t, std::string>>;

// A table of texts with its snapshots, and a model of it.
class Written {
 public:
  Written()
      : pool_("test", nullptr),
        memory_(&pool_),
        table_({{Type::String()}, sizeof(Values), {0, kGroups}, kGroups, "v"}, &memory_),
        owned_(&table_),
        store_("test") {
    table_.AddOwnedField(&owned_);
    TableSchema schema;
    schema.keys.push_back({"k", {}, {}});
    FieldSchema number;
    number.identity = number.name = "number";
    number.codec = "number";
    number.type = Type::Bigint();
    number.offset = table_.layout().value_offset();
    number.bytes = 8;
    FieldSchema text;
    text.identity = text.codec = "text";
    text.offset = number.offset + 8;
    text.bytes = 16;
    text.tails = {{TailPart::Kind::kString, text.offset}};
    schema.fields = {number, text};
    table_.SetSchema(schema);
    EXPECT_TRUE(store_.AddTable("texts", &table_).ok());
    EXPECT_TRUE(store_.FinishOpen().ok());
  }

  void Change(std::mt19937* random) {
    for (int i = 0; i < 60; ++i) {
      const std::string key = ((*random)() % 2 == 0 ? "k" : "aKeyThatStandsInTheSlab") +
                              std::to_string((*random)() % 40);
      uint8_t* row = RowOf(key);
      if ((*random)() % 4 == 0) {
        table_.Erase(row);
        model_.erase(key);
        continue;
      }
      const auto number = static_cast<int64_t>((*random)() % 1000);
      const std::string text((*random)() % 30, 'x');
      owned_.Of(row)->number = number;
      owned_.Of(row)->text.Assign(text, table_.SlabOf(row));
      model_[key] = {number, text};
    }
  }
  void Snapshot() {
    store_.BeginSnapshot(false);
    if (store_.snapshot_is_base()) bytes_.clear();
    std::string out;
    for (bool done = false; !done;) EXPECT_TRUE(store_.ContinueSnapshot(500, &out, &done).ok());
    store_.FinishSnapshot();
    bytes_.push_back(std::move(out));
  }
  TableSchema schema() const { return table_.schema(); }
  std::vector<std::string>& bytes() { return bytes_; }
  const Model& model() const { return model_; }

  Result<std::shared_ptr<const StoredTable>> Open() const {
    std::vector<std::shared_ptr<const StateSegment>> segments;
    for (size_t i = 0; i < bytes_.size(); ++i) {
      segments.push_back(
          std::make_shared<MemorySegment>("snapshot " + std::to_string(i), bytes_[i]));
    }
    return StoredTable::Open(std::move(segments), schema());
  }

 private:
  uint8_t* RowOf(const std::string& key) {
    auto column = Column::Make(Type::String(), 1);
    column->mutable_values<std::string_view>()[0] = key;
    const Column* keys = column.get();
    uint64_t hash = data::kEmptyRowHash;
    data::HashColumn(*keys, data::Rows::All(1), &hash);
    uint8_t* row;
    table_.FindOrInsert(std::span(&keys, 1), data::Rows::All(1), &hash, &row);
    return row;
  }

  MemoryPool pool_;
  StateMemory memory_;
  KeyedTable table_;
  OwnedText owned_;
  StateStore store_;
  std::vector<std::string> bytes_;
  Model model_;
};

// Reads a range; a new reader after every `per_reader` batches.
Status Read(const std::shared_ptr<const StoredTable>& table, data::KeyGroupRange groups,
            int32_t batch_rows, int per_reader, Model* out) {
  MemoryPool pool("reader", nullptr);
  auto reader = std::make_unique<StoredRowReader>(table, groups);
  const RowLayout layout({Type::String()}, sizeof(Values));
  for (int batches = 1;; ++batches) {
    StoredRowBatch batch(table->schema(), &pool);
    int group = -1;
    TW_ASSIGN_OR_RETURN(const bool any, reader->Next(batch_rows, &group, &batch));
    if (!any) return Status::OK();
    EXPECT_LE(batch.size(), batch_rows);
    EXPECT_TRUE(groups.contains(group));
    for (int32_t k = 0; k < batch.size(); ++k) {
      const uint8_t* row = batch.rows()[k];
      EXPECT_EQ(data::KeyGroupOf(HeaderOf(row)->hash, kGroups), group);
      const auto* key = reinterpret_cast<const StringRef*>(row + layout.key_offset(0));
      const auto* values = reinterpret_cast<const Values*>(row + layout.value_offset());
      const bool fresh = out->emplace(std::string(key->View()),
                                      std::pair(values->number, std::string(values->text.View())))
                             .second;
      EXPECT_TRUE(fresh) << key->View();
    }
    if (batches % per_reader != 0) continue;
    const StoredRowPosition position = reader->position();
    reader = std::make_unique<StoredRowReader>(table, groups);
    TW_RETURN_IF_ERROR(reader->Seek(position));
  }
}

TEST(StoredTable, GivesEveryRowOnceAsItIsInTheNewestSegment) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Written written;
    for (size_t i = 0; i <= seed % 4; ++i) {
      written.Change(&random);
      written.Snapshot();
    }
    const auto table = written.Open();
    ASSERT_TRUE(table.ok()) << table.status().message();
    for (const int32_t batch_rows : {1, 7, 1000}) {
      Model read;
      const int split = static_cast<int>(random() % (kGroups + 1));
      const int per_reader = 1 + static_cast<int>(random() % 5);
      for (const data::KeyGroupRange groups : {data::KeyGroupRange{0, split}, {split, kGroups}}) {
        const Status status = Read(*table, groups, batch_rows, per_reader, &read);
        ASSERT_TRUE(status.ok()) << status.message();
      }
      EXPECT_EQ(read, written.model());
    }
  }
}

TEST(StoredTable, DamageIsAnErrorThatNamesTheSegment) {
  std::mt19937 random(1);
  Written written;
  written.Change(&random);
  written.Snapshot();
  const std::string whole = written.bytes()[0];
  for (size_t at = 0; at < whole.size(); at += 13) {
    written.bytes()[0][at] ^= 0x10;
    const auto table = written.Open();
    Status status = table.status();
    Model read;
    if (table.ok()) status = Read(*table, {0, kGroups}, 100, 1000, &read);
    EXPECT_EQ(status.code(), StatusCode::kBadData) << at;
    EXPECT_NE(status.message().find("snapshot 0"), std::string::npos) << status.message();
    written.bytes()[0] = whole;
  }
}

TEST(StoredTable, AHeaderThatTellsOfMoreThanTheBodyHoldsIsAnError) {
  std::mt19937 random(1);
  Written written;
  written.Change(&random);
  written.Snapshot();
  std::string& bytes = written.bytes()[0];
  BlockHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  header.freed = 1 << 30;
  std::string head(reinterpret_cast<const char*>(&header), offsetof(BlockHeader, head_checksum));
  header.head_checksum = Checksum64(head + bytes.substr(sizeof(header), header.name_bytes));
  std::memcpy(bytes.data(), &header, sizeof(header));
  const auto table = written.Open();
  ASSERT_TRUE(table.ok()) << table.status().message();
  Model read;
  const Status status = Read(*table, {0, kGroups}, 100, 1000, &read);
  EXPECT_EQ(status.code(), StatusCode::kBadData);
  EXPECT_NE(status.message().find("snapshot 0"), std::string::npos) << status.message();
}

TEST(TableSchema, ComesBackFromItsBytesAndFromNoOthers) {
  Written written;
  TableSchema schema = written.schema();
  schema.label = "label";
  schema.definition = "definition";
  schema.identity = "identity";
  schema.live_offset = schema.value_offset;
  schema.shifted = {{"start", 0, -60000}};
  schema.keys.push_back({"row",
                         Type::Row({{"a", Type::Array(Type::Decimal(10, 2))},
                                    {"m", Type::Map(Type::Char(3), Type::Multiset(Type::Int()))}}),
                         Type::Timestamp(3).WithNullable(false)});
  schema.fields[0].codec = "bits";
  schema.fields[0].members = {"x", "y"};
  schema.fields[0].internal = true;
  std::string bytes;
  schema.AppendTo(&bytes);
  thalweg::ByteReader in(bytes);
  TableSchema back;
  ASSERT_TRUE(back.ReadFrom(&in));
  EXPECT_TRUE(in.at_end());
  std::string again;
  back.AppendTo(&again);
  EXPECT_EQ(again, bytes);
  EXPECT_EQ(back.keys[1].type, schema.keys[1].type);
  for (size_t n = 0; n < bytes.size(); ++n) {
    thalweg::ByteReader cut(std::string_view(bytes).substr(0, n));
    TableSchema part;
    EXPECT_FALSE(part.ReadFrom(&cut)) << n;
  }
  schema.fields[1].tails[0].offset = schema.row_bytes - 8;
  std::string beyond;
  schema.AppendTo(&beyond);
  thalweg::ByteReader out_of_row(beyond);
  EXPECT_FALSE(TableSchema().ReadFrom(&out_of_row));
}

}  // namespace
}  // namespace thalweg::state
