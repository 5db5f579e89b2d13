// Decodes nexbin events; only requested columns and fields are made, strings point into the chunk.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "formats/format.h"

namespace thalweg::formats::nexbin {

/// Field kinds in schema order: L BIGINT, T TIMESTAMP, S STRING. Index: event type.
constexpr std::array<std::string_view, 3> kLayouts = {"LSSSSSTS", "LSSLLTTLLS", "LLLSSTS"};
constexpr std::array<std::string_view, 3> kEventNames = {"person", "auction", "bid"};
constexpr int kMaxFields = 10;

class NexbinDecoder : public StreamDecoder {
 public:
  /// The target's physical schema has been validated.
  static Result<std::unique_ptr<StreamDecoder>> Make(const DecodeTarget& target);

  void Seek(const DecodePosition& position) override;
  Status Feed(data::BufferPtr chunk, bool last) override;
  Result<State> Next(int32_t max_rows, data::Batch* batch) override;
  DecodePosition position() const override { return position_; }
  int64_t skipped() const override { return 0; }

  /// Where the values of one event type go; null: not requested.
  struct RowSink {
    uint8_t* validity = nullptr;
    std::array<void*, kMaxFields> fields = {};
  };

 private:
  /// One requested ROW column.
  struct RowPlan {
    int event_type = 0;
    data::Type type;
    std::vector<int> fields;  // of each child: its position in the layout
  };
  /// A column of the result: the event type (plan < 0), or rows_[plan].
  struct OutputPlan {
    data::Type type;
    int plan = -1;
  };
  struct Builder;

  Status Truncated(const uint8_t* event, const uint8_t* end) const;
  Status BadType(uint8_t type) const;
  Status StitchOne(Builder* builder);

  std::vector<OutputPlan> outputs_;
  std::vector<RowPlan> rows_;
  data::BufferPtr chunk_;
  const uint8_t* next_ = nullptr;
  const uint8_t* end_ = nullptr;
  bool last_ = false;
  std::vector<uint8_t> pending_;  // the beginning of an event that goes on in the next chunk
  DecodePosition position_;
};

}  // namespace thalweg::formats::nexbin
