// EpochCollector: the result of a job over all its lives, as a sink that publishes epoch by epoch
// would show it; in the order of publication. It can fail as such a sink does.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "api/row_text.h"
#include "connectors/sink.h"
#include "runner/changelog.h"

namespace thalweg::testing {

class EpochCollector {
 public:
  /// Where a job may be hurt; see `fail`.
  enum class Point : uint8_t { kSeal, kPrepare, kBeforeCommit, kAfterCommit };

  EpochCollector(data::Schema schema, std::shared_ptr<const expr::TimeZone> zone)
      : schema_(std::move(schema)), zone_(std::move(zone)) {}

  /// Asked at each point, on the job's threads; true: the step fails.
  std::function<bool(Point)> fail = [](Point) { return false; };

  /// For one life.
  std::shared_ptr<connectors::TableSink> MakeSink();
  /// What has been published.
  Changelog Published() const;

 private:
  friend class EpochSink;
  friend class EpochWriter;
  friend class EpochCommitter;

  std::string Put(Changelog sealed);
  Status Publish(const std::string& name);

  const data::Schema schema_;
  const std::shared_ptr<const expr::TimeZone> zone_;
  mutable std::mutex mutex_;
  std::map<std::string, Changelog> sealed_;
  std::set<std::string> published_names_;
  Changelog published_;
};

}  // namespace thalweg::testing
