#include "api/checkpoint_settings.h"

#include <fmt/format.h>

#include "base/duration.h"
#include "runtime/checkpoint_storage.h"

namespace thalweg::api {
namespace {

constexpr int64_t kUnboundedIntervalMs = 1000;

/// The value of the first key that is set; null if none is.
const std::string* FirstSet(const Configuration& configuration,
                            std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const auto it = configuration.values().find(key);
    if (it != configuration.values().end()) return &it->second;
  }
  return nullptr;
}

bool IsCompatible(const Configuration& configuration) {
  return configuration.GetString("compat") == "flink";
}

}  // namespace

Result<std::string> LocalPath(std::string_view key, std::string_view uri) {
  const size_t colon = uri.find(":/");
  if (colon == std::string_view::npos || colon == 0) return std::string(uri);
  if (uri.substr(0, colon) != "file") {
    return Status::NotSupported(
        fmt::format("'{}' = '{}': only local folders and file: URIs", key, uri));
  }
  uri.remove_prefix(colon + 1);
  if (uri.starts_with("//")) uri.remove_prefix(2);
  return std::string(uri);
}

Result<runtime::CheckpointOptions> CheckpointOptionsOf(const Configuration& configuration,
                                                       const CheckpointedJobFacts& facts) {
  runtime::CheckpointOptions o;
  const bool has_interval = configuration.IsSet("execution.checkpointing.interval");
  if (has_interval) {
    o.interval_ms = configuration.GetDurationMs("execution.checkpointing.interval");
  } else if (!facts.bounded && !IsCompatible(configuration)) {
    o.interval_ms = kUnboundedIntervalMs;
  }
  if (o.interval_ms == 0 && !facts.commits) return o;
  const std::string* dir =
      FirstSet(configuration, {"execution.checkpointing.dir", "state.checkpoints.dir"});
  std::string root = facts.state_root;
  if (dir != nullptr) {
    TW_ASSIGN_OR_RETURN(root, LocalPath("execution.checkpointing.dir", *dir));
  }
  if (root.empty()) {
    if (!has_interval) return o;
    return Status::InvalidSql(
        "checkpoints need a folder: set 'execution.checkpointing.dir' (there is neither "
        "XDG_STATE_HOME nor HOME in the environment)");
  }
  o.folder = JoinPath(root, facts.folder);
  o.min_pause_ms = configuration.GetDurationMs("execution.checkpointing.min-pause");
  o.timeout_ms = configuration.GetDurationMs("execution.checkpointing.timeout");
  o.tolerable_failures =
      configuration.GetInteger("execution.checkpointing.tolerable-failed-checkpoints");
  o.retained = static_cast<int>(configuration.GetInteger("execution.checkpointing.num-retained"));
  if (!configuration.IsSet("execution.checkpointing.num-retained") &&
      configuration.IsSet("state.checkpoints.num-retained")) {
    o.retained = static_cast<int>(configuration.GetInteger("state.checkpoints.num-retained"));
  }
  if (IsCompatible(configuration)) {
    if (!configuration.IsSet("execution.checkpointing.num-retained")) o.retained = 1;
    if (!configuration.IsSet("execution.checkpointing.tolerable-failed-checkpoints")) {
      o.tolerable_failures = 0;
    }
  }
  return o;
}

Result<runtime::RestartOptions> RestartOptionsOf(const Configuration& configuration,
                                                 const runtime::CheckpointOptions& checkpoints) {
  using Kind = runtime::RestartOptions::Kind;
  runtime::RestartOptions o;
  const std::string* type = FirstSet(configuration, {"restart-strategy.type", "restart-strategy"});
  // Without a checkpoint to go on from, a second attempt would repeat what was already written.
  if (checkpoints.folder.empty()) return o;
  if (type == nullptr && checkpoints.interval_ms == 0) return o;
  const std::string name = type != nullptr ? *type : "exponential-delay";
  if (name.starts_with("fixed")) {
    o.kind = Kind::kFixedDelay;
    o.attempts = configuration.GetInteger("restart-strategy.fixed-delay.attempts");
    o.delay_ms = configuration.GetDurationMs("restart-strategy.fixed-delay.delay");
  } else if (name.starts_with("failure")) {
    const std::string prefix = "restart-strategy.failure-rate.";
    o.kind = Kind::kFailureRate;
    o.delay_ms = configuration.GetDurationMs(prefix + "delay");
    o.interval_ms = configuration.GetDurationMs(prefix + "failure-rate-interval");
    o.failures_per_interval = configuration.GetInteger(prefix + "max-failures-per-interval");
  } else if (name.starts_with("exponential")) {
    const std::string prefix = "restart-strategy.exponential-delay.";
    o.kind = Kind::kExponentialDelay;
    o.initial_backoff_ms = configuration.GetDurationMs(prefix + "initial-backoff");
    o.max_backoff_ms = configuration.GetDurationMs(prefix + "max-backoff");
    o.reset_threshold_ms = configuration.GetDurationMs(prefix + "reset-backoff-threshold");
    o.multiplier = configuration.GetNumber(prefix + "backoff-multiplier");
    o.jitter = configuration.GetNumber(prefix + "jitter-factor");
    const int64_t attempts = configuration.GetInteger(prefix + "attempts-before-reset-backoff");
    if (attempts >= 0) o.attempts_before_reset = attempts;
  }
  return o;
}

Result<std::shared_ptr<const runtime::RestoredJob>> FindRestored(
    const runtime::CheckpointOptions& options, std::string_view restore, int64_t min_generation,
    int skip, const std::function<void(const std::string&)>& notice) {
  using runtime::RestoredJob;
  std::shared_ptr<const RestoredJob> none;
  if (restore == "none" || (restore == "latest" && options.folder.empty())) return none;
  if (restore != "latest") {
    TW_ASSIGN_OR_RETURN(const std::string path, LocalPath("--restore", restore));
    TW_ASSIGN_OR_RETURN(RestoredJob restored, RestoredJob::Load(options.file_system, path));
    return {std::make_shared<const RestoredJob>(std::move(restored))};
  }
  runtime::CheckpointStorage storage(options.file_system, options.folder);
  TW_ASSIGN_OR_RETURN(const auto checkpoints, storage.List());
  std::string damaged;
  for (const auto& info : checkpoints) {
    if (info.generation < min_generation) break;
    auto restored = RestoredJob::Load(options.file_system, info.path);
    if (!restored.ok()) {
      if (restored.status().code() != StatusCode::kBadData) return restored.status();
      notice(fmt::format("{}: the checkpoint before it is used", restored.status().message()));
      damaged += "\n  " + restored.status().message();
      continue;
    }
    if (skip-- > 0) {
      damaged += "\n  " + info.path;
      continue;
    }
    restored->continues = true;
    return {std::make_shared<const RestoredJob>(*std::move(restored))};
  }
  if (!damaged.empty()) {
    return Status::BadData(fmt::format(
        "no checkpoint in {} can be read; --restore PATH starts from a savepoint, --restore none "
        "afresh. They are damaged:{}",
        options.folder, damaged));
  }
  return none;
}

}  // namespace thalweg::api
