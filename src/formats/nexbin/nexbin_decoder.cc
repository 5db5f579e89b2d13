#include "formats/nexbin/nexbin_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace thalweg::formats::nexbin {
namespace {

using data::Buffer;
using data::Column;
using data::ColumnPtr;
using data::Type;
using data::TypeRoot;

template <typename T>
T Load(const uint8_t* p) {
  T v;
  std::memcpy(&v, p, sizeof(T));
  return v;
}

/// Bytes of the layout's fields from `field` on when every string is empty.
constexpr int MinBytes(std::string_view layout, size_t field) {
  int n = 0;
  for (size_t i = field; i < layout.size(); ++i) n += layout[i] == 'S' ? 2 : 8;
  return n;
}

/// Decodes field `kField` and the rest; null when the event goes on behind `end`. The caller has
/// checked that MinBytes(layout, kField) bytes are there.
template <int kType, size_t kField>
const uint8_t* DecodeFields(const uint8_t* p, const uint8_t* end, int32_t row,
                            const NexbinDecoder::RowSink& sink) {
  constexpr std::string_view kLayout = kLayouts[kType];
  if constexpr (kField == kLayout.size()) {
    return p;
  } else if constexpr (kLayout[kField] == 'S') {
    const uint16_t length = Load<uint16_t>(p);
    p += 2;
    if (end - p < length + MinBytes(kLayout, kField + 1)) return nullptr;
    if (void* out = sink.fields[kField]) {
      static_cast<std::string_view*>(out)[row] = {reinterpret_cast<const char*>(p), length};
    }
    return DecodeFields<kType, kField + 1>(p + length, end, row, sink);
  } else {
    if (void* out = sink.fields[kField]) static_cast<int64_t*>(out)[row] = Load<int64_t>(p);
    return DecodeFields<kType, kField + 1>(p + 8, end, row, sink);
  }
}

template <int kType>
const uint8_t* DecodeEvent(const uint8_t* p, const uint8_t* end, int32_t row,
                           const NexbinDecoder::RowSink& sink) {
  if (end - p < MinBytes(kLayouts[kType], 0)) return nullptr;
  p = DecodeFields<kType, 0>(p, end, row, sink);
  if (p != nullptr && sink.validity != nullptr) sink.validity[row] = 1;
  return p;
}

bool IsEventTypeColumn(const Type& type) { return type.root() == TypeRoot::kInt; }

}  // namespace

/// The columns of one batch while they are filled.
struct NexbinDecoder::Builder {
  Builder(const NexbinDecoder& d, int32_t max_rows) : decoder(d), capacity(max_rows) {
    for (const OutputPlan& o : d.outputs_) {
      if (o.plan >= 0) continue;
      event_types = Column::Make(o.type, max_rows);
      event_type_values = event_types->mutable_values<int32_t>();
    }
    for (const RowPlan& r : d.rows_) {
      RowSink& sink = sinks[static_cast<size_t>(r.event_type)];
      auto validity = Buffer::Allocate(max_rows);
      std::memset(validity->mutable_data(), 0, static_cast<size_t>(max_rows));
      sink.validity = validity->mutable_data();
      validities.push_back(std::move(validity));
      auto& row_children = children.emplace_back();
      for (size_t i = 0; i < r.fields.size(); ++i) {
        const Type type = r.type.child(static_cast<int>(i)).WithNullable(true);
        auto c = Column::Make(type, max_rows);
        if (c->physical() == data::PhysicalType::kString) {
          // The strings of NULL rows stay empty.
          std::memset(c->mutable_values<uint8_t>(), 0,
                      static_cast<size_t>(max_rows) * sizeof(std::string_view));
          c->AddOwner(d.chunk_);
        }
        sink.fields[static_cast<size_t>(r.fields[i])] = c->mutable_values<uint8_t>();
        row_children.push_back(std::move(c));
      }
    }
  }

  /// Decodes one event at `p` into row `rows`; null if it goes on behind `end`; `*bad` if its type
  /// is unknown.
  const uint8_t* Event(const uint8_t* p, const uint8_t* end, bool* bad) {
    const uint8_t type = *p;
    switch (type) {
      case 2:
        p = DecodeEvent<2>(p + 1, end, rows, sinks[2]);
        break;
      case 1:
        p = DecodeEvent<1>(p + 1, end, rows, sinks[1]);
        break;
      case 0:
        p = DecodeEvent<0>(p + 1, end, rows, sinks[0]);
        break;
      default:
        *bad = true;
        return nullptr;
    }
    if (p == nullptr) return nullptr;
    if (event_type_values != nullptr) event_type_values[rows] = type;
    ++rows;
    return p;
  }

  void KeepAlive(const data::BufferPtr& owner) {
    for (auto& row : children) {
      for (auto& c : row) {
        if (c->physical() == data::PhysicalType::kString) c->AddOwner(owner);
      }
    }
  }

  void Finish(data::Batch* batch) {
    *batch = data::Batch();
    batch->size = rows;
    std::vector<ColumnPtr> row_columns;
    for (size_t r = 0; r < children.size(); ++r) {
      const RowPlan& plan = decoder.rows_[r];
      std::vector<ColumnPtr> fields;
      for (size_t i = 0; i < children[r].size(); ++i) {
        auto& c = children[r][i];
        const Type& type = c->type();
        if (type.is_timestamp() && type.precision() > 3) Rescale(c.get(), type.precision());
        c->SetValidity(validities[r]);
        fields.push_back(std::move(c));
      }
      auto row = Column::MakeRow(plan.type, capacity, std::move(fields));
      row->SetValidity(validities[r]);
      row_columns.push_back(rows == capacity ? std::move(row) : row->Slice(0, rows));
    }
    for (const OutputPlan& o : decoder.outputs_) {
      if (o.plan >= 0) {
        batch->columns.push_back(row_columns[static_cast<size_t>(o.plan)]);
      } else {
        batch->columns.push_back(event_types->Slice(0, rows));
      }
    }
  }

  /// Milliseconds become the units of a finer TIMESTAMP; undefined values of NULL rows may wrap.
  void Rescale(Column* c, int precision) const {
    const uint64_t factor = static_cast<uint64_t>(data::TimestampUnitsPerSecond(precision) / 1000);
    uint64_t* v = c->mutable_values<uint64_t>();
    for (int32_t i = 0; i < rows; ++i) v[i] *= factor;
  }

  const NexbinDecoder& decoder;
  const int32_t capacity;
  int32_t rows = 0;
  std::array<RowSink, 3> sinks = {};
  std::shared_ptr<Column> event_types;  // null: not requested
  int32_t* event_type_values = nullptr;
  std::vector<data::BufferPtr> validities;                     // as rows_
  std::vector<std::vector<std::shared_ptr<Column>>> children;  // as rows_
};

Result<std::unique_ptr<StreamDecoder>> NexbinDecoder::Make(const DecodeTarget& target) {
  auto d = std::make_unique<NexbinDecoder>();
  for (const data::Field& column : target.schema) {
    size_t position = 0;
    while (position < target.physical.size() && target.physical[position].name != column.name) {
      ++position;
    }
    if (position == target.physical.size()) {
      return Status::Internal(fmt::format("nexbin: no physical column '{}'", column.name));
    }
    OutputPlan output{column.type, -1};
    if (!IsEventTypeColumn(column.type)) {
      const int event_type = static_cast<int>(position) - 1;
      RowPlan row{event_type, column.type, {}};
      const auto& physical = target.physical[position].type.fields();
      for (const data::Field& f : column.type.fields()) {
        for (size_t i = 0; i < physical.size(); ++i) {
          if (physical[i].name == f.name) row.fields.push_back(static_cast<int>(i));
        }
      }
      if (row.fields.size() != column.type.fields().size()) {
        return Status::Internal(fmt::format("nexbin: unknown field in column '{}'", column.name));
      }
      output.plan = static_cast<int>(d->rows_.size());
      d->rows_.push_back(std::move(row));
    }
    d->outputs_.push_back(std::move(output));
  }
  return std::unique_ptr<StreamDecoder>(std::move(d));
}

void NexbinDecoder::Seek(const DecodePosition& position) {
  position_ = position;
  chunk_.reset();
  next_ = end_ = nullptr;
  last_ = false;
  pending_.clear();
}

Status NexbinDecoder::Feed(data::BufferPtr chunk, bool last) {
  chunk_ = std::move(chunk);
  next_ = chunk_ ? chunk_->data() : nullptr;
  end_ = chunk_ ? next_ + chunk_->size() : nullptr;
  last_ = last;
  return Status::OK();
}

Status NexbinDecoder::Truncated(const uint8_t* event, const uint8_t* end) const {
  return Status::BadData(fmt::format(
      "expected the rest of a{} {} event, found the end of the file after {} bytes of it "
      "(event {}, byte offset {})",
      *event == 1 ? "n" : "", kEventNames[*event], end - event, position_.line + 1,
      position_.byte_offset));
}

Status NexbinDecoder::BadType(uint8_t type) const {
  return Status::BadData(
      fmt::format("expected an event type (0 person, 1 auction, 2 bid), found 0x{:02x} (event {}, "
                  "byte offset {}): this is not a nexbin file, or it is damaged",
                  type, position_.line + 1, position_.byte_offset));
}

/// Completes the event in pending_ with bytes of the chunk, if they suffice.
Status NexbinDecoder::StitchOne(Builder* builder) {
  const size_t kept = pending_.size();
  size_t taken = 0;
  // Doubling keeps the bytes looked at in proportion to the event.
  for (size_t want = 4096;; want *= 2) {
    const size_t available = static_cast<size_t>(end_ - next_);
    const size_t n = std::min(want, available);
    pending_.insert(pending_.end(), next_ + taken, next_ + n);
    taken = n;
    auto copy = Buffer::Copy({reinterpret_cast<const char*>(pending_.data()), pending_.size()});
    bool bad = false;
    const uint8_t* p = copy->data();
    const uint8_t* after = builder->Event(p, p + copy->size(), &bad);
    if (bad) return BadType(*p);
    if (after != nullptr) {
      builder->KeepAlive(copy);
      const int64_t bytes = after - p;
      next_ += bytes - static_cast<int64_t>(kept);
      pending_.clear();
      position_.byte_offset += bytes;
      ++position_.line;
      return Status::OK();
    }
    if (n == available) break;
  }
  next_ = end_;
  if (last_) return Truncated(pending_.data(), pending_.data() + pending_.size());
  return Status::OK();
}

Result<NexbinDecoder::State> NexbinDecoder::Next(int32_t max_rows, data::Batch* batch) {
  if (next_ == end_ && (pending_.empty() || !last_)) return last_ ? State::kEnd : State::kNeedInput;
  Builder builder(*this, max_rows);
  if (!pending_.empty()) {
    TW_RETURN_IF_ERROR(StitchOne(&builder));
    if (!pending_.empty()) return State::kNeedInput;
  }
  const uint8_t* p = next_;
  const int32_t stitched = builder.rows;
  bool bad = false;
  bool incomplete = false;
  while (builder.rows < max_rows && p != end_) {
    const uint8_t* after = builder.Event(p, end_, &bad);
    if (after == nullptr) [[unlikely]] {
      incomplete = true;
      break;
    }
    p = after;
  }
  position_.byte_offset += p - next_;
  position_.line += builder.rows - stitched;
  next_ = p;
  if (incomplete) {
    // Rows before a bad event are delivered first; the next call meets it again.
    if (bad && builder.rows == 0) return BadType(*p);
    if (!bad && last_ && builder.rows == 0) return Truncated(p, end_);
    if (!bad && !last_) {
      pending_.assign(p, end_);
      next_ = end_;
    }
  }
  if (builder.rows == 0) return last_ ? State::kEnd : State::kNeedInput;
  builder.Finish(batch);
  return State::kBatch;
}

}  // namespace thalweg::formats::nexbin
