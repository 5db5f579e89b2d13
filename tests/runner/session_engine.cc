// Engine over api::Session: the whole program but its command line.
#include <utility>

#include "api/result_writer.h"
#include "api/row_text.h"
#include "api/session.h"
#include "runner/engine.h"

namespace thalweg::testing {
namespace {

/// Keeps the rows of one statement as text.
class Collector : public api::ResultHandler {
 public:
  explicit Collector(api::Session* session) : session_(session) {}

  Status OnSchema(const data::Schema& schema, graph::ChangelogMode mode) override {
    TW_ASSIGN_OR_RETURN(auto zone, api::SessionZone(*session_->configuration()));
    text_.emplace(schema, std::move(zone));
    outcome_ = StatementOutcome();
    outcome_.has_rows = true;
    for (size_t i = 0; i < text_->num_columns(); ++i) {
      outcome_.names.push_back(text_->name(i));
      outcome_.types.push_back(text_->type(i));
    }
    return Status::OK();
  }

  Status OnBatch(const data::Batch& batch) override {
    batch.rows().ForEach([&](int32_t row) {
      Change change;
      change.op = data::ShortString(batch.kind(row));
      text_->Cells(batch, row, &change.row);
      outcome_.rows.push_back(std::move(change));
    });
    return Status::OK();
  }

  Status OnResultEnd() override { return Status::OK(); }

  StatementOutcome Take() { return std::move(outcome_); }

 private:
  api::Session* const session_;
  std::optional<api::RowText> text_;
  StatementOutcome outcome_;
};

class SessionEngine : public Engine {
 public:
  explicit SessionEngine(const api::SessionOptions& options) : session_(options) {}

  Status Set(std::string_view key, std::string_view value) {
    return session_.Configure(key, value);
  }

  Result<StatementOutcome> Execute(std::string_view statement) override {
    Collector collector(&session_);
    TW_RETURN_IF_ERROR(session_.RunScript(statement, &collector));
    return collector.Take();
  }

 private:
  api::Session session_;
};

}  // namespace

Result<std::unique_ptr<Engine>> MakeEngine(const Configuration& configuration, bool batch) {
  api::SessionOptions options;
  if (configuration.batch_rows > 0) options.batch_rows = configuration.batch_rows;
  auto engine = std::make_unique<SessionEngine>(options);
  TW_RETURN_IF_ERROR(engine->Set("table.local-time-zone", "UTC"));
  TW_RETURN_IF_ERROR(engine->Set("parallelism.default", std::to_string(configuration.parallelism)));
  TW_RETURN_IF_ERROR(engine->Set("execution.runtime-mode", batch ? "batch" : "streaming"));
  if (configuration.exact) TW_RETURN_IF_ERROR(engine->Set("compat", "flink"));
  return std::unique_ptr<Engine>(std::move(engine));
}

}  // namespace thalweg::testing
