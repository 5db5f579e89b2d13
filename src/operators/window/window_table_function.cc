// WindowTableFunction: each row once per window it belongs to (TUMBLE, HOP, CUMULATE), with
// window_start, window_end and window_time appended. Rows without a time are left out. No state.
#include <algorithm>
#include <optional>

#include "data/gather.h"
#include "operators/window/session_rows.h"
#include "operators/window/window_operators.h"
#include "operators/window/window_slicer.h"

namespace thalweg::operators {
namespace {
using data::Batch;
using data::Buffer;
using data::Column;
using graph::WindowKind;

class WindowTableFunction final : public Operator {
 public:
  WindowTableFunction(const graph::WindowSpec& spec, data::Schema output)
      : spec_(spec), output_(std::move(output)) {}

  Status Open(OperatorContext* context, const OperatorState&) override {
    context_ = context;
    slicer_.emplace(spec_, context->eval().zone);
    return Status::OK();
  }

  Result<Progress> OnBatch(int, Batch batch) override {
    input_ = std::move(batch);
    rows_.clear();
    if (spec_.event_time) {
      const Column& time = *input_.columns[static_cast<size_t>(spec_.time_column)];
      input_.rows().ForEach([&](int32_t row) {
        if (!time.IsNull(row)) rows_.push_back(row);
      });
      TW_RETURN_IF_ERROR(slicer_->WindowTimes(
          time, data::Rows::Of(rows_.data(), static_cast<int32_t>(rows_.size())), &times_));
    } else {
      input_.rows().ForEach([&](int32_t row) { rows_.push_back(row); });
      times_.assign(rows_.size(), slicer_->ToWindowTime(context_->eval().now_ms));
    }
    next_ = 0;
    next_window_.reset();
    return Produce();
  }

  Result<Progress> Produce() override {
    while (next_ < rows_.size()) {
      if (context_->output_full()) return Progress::kMore;
      source_.clear();
      ends_.clear();
      const auto limit = static_cast<size_t>(context_->batch_rows());
      for (; next_ < rows_.size() && source_.size() < limit; ++next_) {
        if (!AddWindows(limit)) break;
      }
      Send();
    }
    input_ = Batch();
    return Progress::kDone;
  }

 private:
  // The windows of row next_, the latest first (HOP) or the shortest first; false: the piece is
  // full, and next_window_ says where to go on.
  bool AddWindows(size_t limit) {
    const int64_t slice = slicer_->SliceEnd(times_[next_]);
    const int64_t first = slicer_->FirstWindowEnd(slice);
    const int64_t last = slicer_->LastWindowEnd(slice);
    const int64_t step =
        spec_.kind == WindowKind::kHop ? -slicer_->interval() : slicer_->interval();
    int64_t end = next_window_ ? *next_window_ : step < 0 ? last : first;
    for (; end >= first && end <= last; end += step) {
      if (source_.size() == limit) {
        next_window_ = end;
        return false;
      }
      source_.push_back(rows_[next_]);
      ends_.push_back(end);
    }
    next_window_.reset();
    return true;
  }

  void Send() {
    Batch out;
    out.size = static_cast<int32_t>(source_.size());
    const bool same = out.size == input_.size && !input_.selection;
    for (const auto& c : input_.columns) {
      const bool whole = same && std::is_sorted(source_.begin(), source_.end()) &&
                         spec_.kind == WindowKind::kTumble;
      out.columns.push_back(whole ? c : data::Gather(*c, source_.data(), out.size));
    }
    if (input_.kinds) {
      auto kinds = Buffer::Allocate(out.size);
      for (int32_t i = 0; i < out.size; ++i) {
        kinds->mutable_data()[i] = input_.kinds->data()[source_[static_cast<size_t>(i)]];
      }
      out.kinds = std::move(kinds);
    }
    AppendWindowColumns(*slicer_, output_, ends_, nullptr, &out);
    context_->Emit(std::move(out));
  }

  const graph::WindowSpec spec_;
  const data::Schema output_;
  std::optional<WindowSlicer> slicer_;
  Batch input_;
  std::vector<int32_t> rows_;
  std::vector<int64_t> times_;
  size_t next_ = 0;
  std::optional<int64_t> next_window_;
  std::vector<int32_t> source_;
  std::vector<int64_t> ends_;
};

}  // namespace

void AppendWindowColumns(const WindowSlicer& slicer, const data::Schema& output,
                         const std::vector<int64_t>& ends, const std::vector<int64_t>* starts,
                         data::Batch* batch) {
  const auto n = static_cast<int32_t>(ends.size());
  for (int p = 0; p < 3; ++p) {
    const data::Type& type = output[output.size() - 3 + static_cast<size_t>(p)].type;
    const int64_t unit = data::TimestampUnitsPerSecond(type.precision()) / 1000;
    auto column = Column::Make(type, n);
    for (int32_t k = 0; k < n; ++k) {
      const auto i = static_cast<size_t>(k);
      int64_t v = ends[i];
      if (p == 0) v = starts != nullptr ? (*starts)[i] : slicer.WindowStart(v);
      if (p == 2) v = type.root() == data::TypeRoot::kTimestampLtz ? slicer.ToEpoch(v - 1) : v - 1;
      column->mutable_values<int64_t>()[k] = v * unit;
    }
    batch->columns.push_back(std::move(column));
  }
}

Result<std::unique_ptr<Operator>> MakeWindowTableFunctionOperator(const graph::Graph& graph,
                                                                  const graph::Node& node) {
  const auto& spec = std::get<graph::WindowTableFunctionNode>(node.spec);
  TW_RETURN_IF_ERROR(CheckWindowSpec(spec.window));
  if (spec.window.kind == WindowKind::kSession) return MakeSessionRows(graph, node);
  return std::unique_ptr<Operator>(new WindowTableFunction(spec.window, node.output));
}

}  // namespace thalweg::operators
