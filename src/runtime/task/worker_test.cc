// Workers, subtasks and exchanges together, with operators made for the test.
#include "runtime/task/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>

#include "data/column.h"

namespace thalweg::runtime {
namespace {

using operators::Progress;

data::Batch Sequence(int64_t first, int32_t count) {
  auto c = data::Column::Make(data::Type::Bigint(), count);
  for (int32_t i = 0; i < count; ++i) c->mutable_values<int64_t>()[i] = first + i;
  data::Batch b;
  b.size = count;
  b.columns = {c};
  return b;
}

class CountingSource final : public operators::SourceOperatorBase {
 public:
  CountingSource(int64_t rows, int32_t batch) : left_(rows), batch_(batch) {}
  Status Open(operators::OperatorContext* context, const operators::OperatorState&) override {
    context_ = context;
    return Status::OK();
  }
  Result<PollState> Poll() override {
    if (left_ == 0) return PollState::kFinished;
    const auto n = static_cast<int32_t>(std::min<int64_t>(left_, batch_));
    context_->Emit(Sequence(left_ - n, n));
    left_ -= n;
    context_->EmitWatermark(++watermark_);
    return PollState::kEmitted;
  }

 private:
  int64_t left_;
  int32_t batch_;
  int64_t watermark_ = 0;
};

/// Each input row becomes `factor` rows, one batch per row, stopping whenever the output is full.
class Expander final : public operators::Operator {
 public:
  explicit Expander(int32_t factor) : factor_(factor) {}
  Status Open(operators::OperatorContext* context, const operators::OperatorState&) override {
    context_ = context;
    return Status::OK();
  }
  Result<Progress> OnBatch(int, data::Batch batch) override {
    batch_ = batch.Compact();
    row_ = 0;
    return Produce();
  }
  Result<Progress> Produce() override {
    for (; row_ < batch_.size; ++row_) {
      if (context_->output_full()) {
        ++interruptions_;
        return Progress::kMore;
      }
      context_->Emit(Sequence(batch_.columns[0]->At<int64_t>(row_) * factor_, factor_));
    }
    return Progress::kDone;
  }
  Result<Progress> OnWatermark(int64_t w) override {
    EXPECT_EQ(row_, batch_.size) << "a watermark overtook pending output";
    return Operator::OnWatermark(w);
  }
  static inline std::atomic<int64_t> interruptions_{0};

 private:
  int32_t factor_;
  data::Batch batch_;
  int32_t row_ = 0;
};

struct Received {
  std::mutex mutex;
  std::map<int64_t, int64_t> rows_per_subtask;
  int64_t sum = 0;
  int64_t final_watermarks = 0;
};

class Receiver final : public operators::Operator {
 public:
  explicit Receiver(Received* received) : received_(received) {}
  Status Open(operators::OperatorContext* context, const operators::OperatorState&) override {
    context_ = context;
    return Status::OK();
  }
  Result<Progress> OnBatch(int, data::Batch batch) override {
    batch.rows().ForEach([&](int32_t i) { sum_ += batch.columns[0]->At<int64_t>(i); });
    rows_ += batch.num_rows();
    return Progress::kDone;
  }
  Result<Progress> OnWatermark(int64_t w) override {
    last_watermark_ = w;
    return Progress::kDone;
  }
  Result<Progress> OnInputEnd(int) override {
    std::lock_guard lock(received_->mutex);
    received_->rows_per_subtask[context_->subtask()] = rows_;
    received_->sum += sum_;
    received_->final_watermarks += last_watermark_ == data::kMaxWatermark;
    return Progress::kDone;
  }

 private:
  Received* received_;
  int64_t rows_ = 0, sum_ = 0, last_watermark_ = 0;
};

/// A line of operators, `parallelism` subtasks each, every edge an all-to-all hash exchange.
class Line {
 public:
  Line(int parallelism, int channel_elements) : parallelism_(parallelism) {
    eval_.now_ms = 0;
    for (int w = 0; w < parallelism; ++w) {
      workers_.push_back(std::make_unique<Worker>(w, Clock::System(), eval_));
    }
    elements_ = channel_elements;
  }

  void Run(std::vector<std::function<std::unique_ptr<operators::Operator>()>> stages) {
    const size_t p = static_cast<size_t>(parallelism_);
    // channels[stage][producer][consumer] feed stage + 1
    std::vector<std::vector<std::vector<Channel*>>> channels(stages.size() - 1);
    for (auto& stage : channels) {
      stage.resize(p);
      for (size_t a = 0; a < p; ++a) {
        for (size_t b = 0; b < p; ++b) {
          owned_.push_back(std::make_unique<Channel>(elements_, 1 << 20, workers_[a]->wakeup(),
                                                     workers_[b]->wakeup()));
          stage[a].push_back(owned_.back().get());
        }
      }
    }
    for (size_t s = 0; s < stages.size(); ++s) {
      for (size_t i = 0; i < p; ++i) {
        std::vector<std::vector<Channel*>> inputs;
        if (s > 0) {
          inputs.emplace_back();
          for (size_t a = 0; a < p; ++a) inputs[0].push_back(channels[s - 1][a][i]);
        }
        std::vector<Output> outputs;
        if (s + 1 < stages.size()) {
          outputs.emplace_back(graph::Distribution::kHash, std::vector<int>{0}, channels[s][i],
                               128);
        }
        SubtaskConfig config;
        config.name = "stage " + std::to_string(s);
        config.subtask = static_cast<int>(i);
        config.parallelism = parallelism_;
        config.staging_batches = 1;
        auto subtask = std::make_unique<Subtask>(config, stages[s](), InputGate(std::move(inputs)),
                                                 std::move(outputs), workers_[i]->eval(),
                                                 MemoryPool::Process());
        ASSERT_TRUE(subtask->Open({}).ok());
        workers_[i]->Add(std::move(subtask));
      }
    }
    for (auto& w : workers_) {
      w->Start(
          stop_, abort_,
          [this](Status s) {
            ADD_FAILURE() << s.ToString();
            abort_ = true;
          },
          [] {});
    }
    for (auto& w : workers_) w->Join();
  }

  std::atomic<bool> stop_{false};

 private:
  int parallelism_;
  int elements_;
  expr::EvalContext eval_;
  std::atomic<bool> abort_{false};
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Channel>> owned_;
};

// DESIGN: an all-to-all exchange, two hops, 4 workers, rings of one batch, and an operator that
// expands 10,000 times, must not deadlock.
TEST(WorkerTest, ExpandingOperatorBetweenTwoExchangesDoesNotDeadlock) {
  Received received;
  Line line(4, 1);
  line.Run({[] { return std::make_unique<CountingSource>(60, 7); },
            [] { return std::make_unique<Expander>(10000); },
            [&] { return std::make_unique<Receiver>(&received); }});
  int64_t rows = 0;
  for (auto [subtask, n] : received.rows_per_subtask) rows += n;
  EXPECT_EQ(rows, 4 * 60 * 10000);
  EXPECT_EQ(received.sum, int64_t{4} * 599999 * 600000 / 2);
  EXPECT_EQ(received.final_watermarks, 4);
  EXPECT_EQ(received.rows_per_subtask.size(), 4u);
  EXPECT_GT(Expander::interruptions_.load(), 0) << "the output was never full: nothing was tested";
}

TEST(WorkerTest, StopEndsAnEndlessSource) {
  Received received;
  Line line(2, 4);
  line.stop_ = true;  // before the first poll: nothing is read, everything still ends
  line.Run({[] { return std::make_unique<CountingSource>(INT64_MAX, 10); },
            [&] { return std::make_unique<Receiver>(&received); }});
  EXPECT_EQ(received.final_watermarks, 0) << "a stopped source must not claim the end of time";
  EXPECT_EQ(received.rows_per_subtask.size(), 2u);
}

}  // namespace
}  // namespace thalweg::runtime
