#include "connectors/print/print_sink.h"

#include "connectors/option_reader.h"
#include "connectors/print_output.h"
#include "data/print.h"

namespace thalweg::connectors {
namespace {

/// Flink's PrintSinkOutputWriter: "id:subtask> ", each part only where it says something.
std::string LinePrefix(const std::string& identifier, const WriterContext& context) {
  std::string prefix = identifier;
  if (context.parallelism > 1) {
    if (!prefix.empty()) prefix += ':';
    prefix += std::to_string(context.subtask + 1);
  }
  if (!prefix.empty()) prefix += "> ";
  return prefix;
}

class PrintWriter : public SinkWriter {
 public:
  PrintWriter(std::string prefix, bool standard_error)
      : prefix_(std::move(prefix)), standard_error_(standard_error) {}

  Status Write(const data::Batch& batch) override {
    lines_.clear();
    batch.rows().ForEach([&](int32_t row) { AppendLine(batch, row); });
    return Print(standard_error_, lines_);
  }
  Result<std::string> Seal(int64_t epoch, bool roll) override { return std::string(); }

 private:
  void AppendLine(const data::Batch& batch, int32_t row) {
    lines_ += prefix_;
    lines_ += data::ShortString(batch.kind(row));
    lines_ += '[';
    for (size_t i = 0; i < batch.columns.size(); ++i) {
      if (i > 0) lines_ += ", ";
      data::AppendPrint(*batch.columns[i], row, &lines_);
    }
    lines_ += "]\n";
  }

  const std::string prefix_;
  const bool standard_error_;
  std::string lines_;
};

class PrintSink : public TableSink {
 public:
  PrintSink(std::string identifier, bool standard_error)
      : identifier_(std::move(identifier)), standard_error_(standard_error) {}

  SinkMode mode() const override { return SinkMode::kAll; }
  Result<std::unique_ptr<SinkWriter>> MakeWriter(const WriterContext& context) override {
    return {std::make_unique<PrintWriter>(LinePrefix(identifier_, context), standard_error_)};
  }

 private:
  const std::string identifier_;
  const bool standard_error_;
};

Result<std::unique_ptr<TableSink>> MakePrintSink(const ConnectorTable& table,
                                                 const ConnectorContext& context) {
  const OptionReader options(table);
  TW_ASSIGN_OR_RETURN(const bool standard_error, options.Bool("standard-error", false));
  return {std::make_unique<PrintSink>(options.String("print-identifier", ""), standard_error)};
}

constexpr formats::OptionDoc kOptions[] = {
    {"print-identifier", "", "Text in front of every line, followed by '> '."},
    {"standard-error", "false", "Print to standard error instead of standard output."},
    {"sink.parallelism", "", "Number of writers, the job's parallelism by default."},
};

}  // namespace

const Connector kPrintConnector = {
    .identifier = "print", .options = kOptions, .make_sink = &MakePrintSink};

}  // namespace thalweg::connectors
