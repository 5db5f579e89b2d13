#include "connectors/filesystem/partition_commit.h"

#include <fmt/format.h>

#include <cctype>

#include "base/byte_coding.h"
#include "base/file_system.h"
#include "connectors/option_reader.h"
#include "data/civil_time.h"

namespace thalweg::connectors {
namespace {

using Trigger = PartitionCommitOptions::Trigger;

std::string_view Trim(std::string_view s) {
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.front()))) s.remove_prefix(1);
  while (!s.empty() && std::isspace(static_cast<unsigned char>(s.back()))) s.remove_suffix(1);
  return s;
}

void ReplaceAll(std::string_view what, std::string_view with, std::string* text) {
  for (size_t at = 0; (at = text->find(what, at)) != std::string::npos; at += with.size()) {
    text->replace(at, what.size(), with);
  }
}

Status ReadPolicies(const OptionReader& options, PartitionCommitOptions* result) {
  const std::string kinds = options.String("sink.partition-commit.policy.kind", "");
  std::string_view rest = kinds;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view kind = Trim(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (kind == "success-file") {
      result->success_file = true;
    } else if (kind == "metastore") {
      return options.NotSupported("sink.partition-commit.policy.kind",
                                  "'metastore' is for Hive tables, as in Flink");
    } else if (kind == "custom") {
      return options.NotSupported("sink.partition-commit.policy.kind",
                                  "'custom' (Java classes cannot be loaded)");
    } else {
      return options.Error("sink.partition-commit.policy.kind",
                           fmt::format("there is no policy '{}'; 'success-file' is", kind));
    }
  }
  return Status::OK();
}

}  // namespace

Result<PartitionCommitOptions> PartitionCommitOptionsOf(const ConnectorTable& table) {
  const OptionReader options(table);
  PartitionCommitOptions result;
  TW_RETURN_IF_ERROR(ReadPolicies(options, &result));
  result.success_file_name = options.String("sink.partition-commit.success-file.name", "_SUCCESS");
  if (result.success_file_name.empty() || result.success_file_name.find('/') != std::string::npos) {
    return options.Error("sink.partition-commit.success-file.name", "must be a file name");
  }
  const std::string trigger = options.String("sink.partition-commit.trigger", "process-time");
  if (trigger == "partition-time") {
    result.trigger = Trigger::kPartitionTime;
  } else if (trigger != "process-time") {
    return options.Error(
        "sink.partition-commit.trigger",
        fmt::format("'{}' is neither 'process-time' nor 'partition-time'", trigger));
  }
  TW_ASSIGN_OR_RETURN(result.delay_ms, options.DurationMs("sink.partition-commit.delay", 0));
  if (const std::string kind = options.String("partition.time-extractor.kind", "default");
      kind != "default") {
    return options.NotSupported("partition.time-extractor.kind",
                                fmt::format("'{}' (only 'default' is)", kind));
  }
  constexpr std::string_view kFormatter = "yyyy-MM-dd HH:mm:ss";
  if (options.String("partition.time-extractor.timestamp-formatter", kFormatter) != kFormatter) {
    return options.NotSupported("partition.time-extractor.timestamp-formatter",
                                "write the time as yyyy-MM-dd HH:mm:ss with "
                                "'partition.time-extractor.timestamp-pattern'");
  }
  result.time_pattern = options.String("partition.time-extractor.timestamp-pattern", "");
  const std::string zone = options.String("sink.partition-commit.watermark-time-zone", "UTC");
  auto found = expr::TimeZone::Find(zone);
  if (!found.ok()) {
    return options.Error("sink.partition-commit.watermark-time-zone", found.status().message());
  }
  result.zone = std::move(*found);
  return result;
}

Result<int64_t> PartitionTimeMs(const PartitionCommitOptions& options, const PartitionSpec& spec) {
  std::string text = options.time_pattern;
  if (text.empty()) {
    text = spec.empty() ? "" : spec[0].second;
  } else {
    for (const auto& [key, value] : spec) ReplaceAll("$" + key, value, &text);
  }
  const auto local = data::ParseTimestamp(text);
  if (!local) {
    return Status::BadData(
        fmt::format("partition '{}': '{}' is not a time of the form yyyy-MM-dd HH:mm:ss (see "
                    "'partition.time-extractor.timestamp-pattern')",
                    PartitionPath(spec), text));
  }
  const int64_t local_ms = local->days * data::kMillisPerDay + local->nanos_of_day / 1000000;
  return options.zone->ToUtc(local_ms, 1000);
}

Result<bool> IsComplete(const PartitionCommitOptions& options, std::string_view path,
                        int64_t first_seen_ms, int64_t watermark_ms, int64_t now_ms) {
  if (options.trigger == Trigger::kProcessTime) {
    return options.delay_ms == 0 || now_ms > first_seen_ms + options.delay_ms;
  }
  PartitionSpec spec;
  for (std::string_view rest = path; !rest.empty();) {
    const size_t slash = rest.find('/');
    if (auto part = ParsePartitionFolder(rest.substr(0, slash))) spec.push_back(*part);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  TW_ASSIGN_OR_RETURN(const int64_t time_ms, PartitionTimeMs(options, spec));
  return watermark_ms > time_ms + options.delay_ms;
}

Result<std::vector<std::string>> PartitionCommitTrigger::Take(int64_t watermark_ms, int64_t now_ms,
                                                              bool end_of_input) {
  std::vector<std::string> complete;
  for (const auto& [path, first_seen_ms] : pending_) {
    bool done = end_of_input;
    if (!done) {
      TW_ASSIGN_OR_RETURN(done, IsComplete(options_, path, first_seen_ms, watermark_ms, now_ms));
    }
    if (done) complete.push_back(path);
  }
  for (const std::string& path : complete) pending_.erase(path);
  return complete;
}

std::string PartitionCommitTrigger::Snapshot() const {
  std::string bytes;
  for (const auto& [path, first_seen_ms] : pending_) {
    PutString(path, &bytes);
    PutSigned(first_seen_ms, &bytes);
  }
  return bytes;
}

Status PartitionCommitTrigger::Restore(std::string_view snapshot) {
  ByteReader reader(snapshot);
  while (!reader.at_end()) {
    std::string path;
    int64_t first_seen_ms;
    if (!reader.GetString(&path) || !reader.GetSigned(&first_seen_ms)) {
      return Status::Internal("damaged state of a partition commit");
    }
    pending_.emplace(std::move(path), first_seen_ms);
  }
  return Status::OK();
}

}  // namespace thalweg::connectors
