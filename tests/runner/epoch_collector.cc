#include "runner/epoch_collector.h"

#include <utility>

#include "data/print.h"

namespace thalweg::testing {

using Point = EpochCollector::Point;

class EpochWriter final : public connectors::SinkWriter {
 public:
  explicit EpochWriter(EpochCollector* collector)
      : collector_(collector), text_(collector->schema_, collector->zone_) {}

  Status Write(const data::Batch& batch) override {
    batch.rows().ForEach([&](int32_t row) {
      Change change;
      change.op = data::ShortString(batch.kind(row));
      text_.Cells(batch, row, &change.row);
      rows_.push_back(std::move(change));
    });
    return Status::OK();
  }
  Result<std::string> Seal(int64_t epoch, bool roll) override {
    if (collector_->fail(Point::kSeal)) return Status::Io("injected: seal");
    if (rows_.empty()) return std::string();
    return collector_->Put(std::exchange(rows_, {}));
  }

 private:
  EpochCollector* const collector_;
  api::RowText text_;
  Changelog rows_;
};

class EpochCommitter final : public connectors::SinkCommitter {
 public:
  explicit EpochCommitter(EpochCollector* collector) : collector_(collector) {}

  Result<std::vector<std::string>> Prepare(std::vector<std::string> committables) override {
    if (collector_->fail(Point::kPrepare)) return Status::Io("injected: prepare");
    return committables;
  }
  Status Commit(int64_t epoch, const std::vector<std::string>& committables, int64_t watermark_ms,
                bool end_of_input) override {
    if (collector_->fail(Point::kBeforeCommit)) return Status::Io("injected: before commit");
    for (const std::string& c : committables) TW_RETURN_IF_ERROR(collector_->Publish(c));
    if (collector_->fail(Point::kAfterCommit)) return Status::Io("injected: after commit");
    return Status::OK();
  }

 private:
  EpochCollector* const collector_;
};

class EpochSink final : public connectors::TableSink {
 public:
  explicit EpochSink(EpochCollector* collector) : collector_(collector) {}
  connectors::SinkMode mode() const override { return connectors::SinkMode::kAll; }
  Result<std::unique_ptr<connectors::SinkWriter>> MakeWriter(
      const connectors::WriterContext& context) override {
    return {std::make_unique<EpochWriter>(collector_)};
  }
  Result<std::unique_ptr<connectors::SinkCommitter>> MakeCommitter() override {
    return {std::make_unique<EpochCommitter>(collector_)};
  }

 private:
  EpochCollector* const collector_;
};

std::shared_ptr<connectors::TableSink> EpochCollector::MakeSink() {
  return std::make_shared<EpochSink>(this);
}

Changelog EpochCollector::Published() const {
  std::lock_guard lock(mutex_);
  return published_;
}

std::string EpochCollector::Put(Changelog sealed) {
  std::lock_guard lock(mutex_);
  std::string name = std::to_string(sealed_.size());
  sealed_[name] = std::move(sealed);
  return name;
}

Status EpochCollector::Publish(const std::string& name) {
  std::lock_guard lock(mutex_);
  if (!published_names_.insert(name).second) return Status::OK();
  const auto it = sealed_.find(name);
  if (it == sealed_.end()) return Status::Internal("no sealed output " + name);
  published_.insert(published_.end(), it->second.begin(), it->second.end());
  return Status::OK();
}

}  // namespace thalweg::testing
