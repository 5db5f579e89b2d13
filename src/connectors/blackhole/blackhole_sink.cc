#include "connectors/blackhole/blackhole_sink.h"

namespace thalweg::connectors {
namespace {

class BlackholeWriter : public SinkWriter {
 public:
  Status Write(const data::Batch& batch) override { return Status::OK(); }
  Result<std::string> Seal(int64_t epoch, bool roll) override { return std::string(); }
};

class BlackholeSink : public TableSink {
 public:
  SinkMode mode() const override { return SinkMode::kAll; }
  Result<std::unique_ptr<SinkWriter>> MakeWriter(const WriterContext& context) override {
    return {std::make_unique<BlackholeWriter>()};
  }
};

Result<std::unique_ptr<TableSink>> MakeBlackholeSink(const ConnectorTable& table,
                                                     const ConnectorContext& context) {
  return {std::make_unique<BlackholeSink>()};
}

}  // namespace

const Connector kBlackholeConnector = {.identifier = "blackhole", .make_sink = &MakeBlackholeSink};

}  // namespace thalweg::connectors
