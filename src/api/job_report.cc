#include "api/job_report.h"

#include <fmt/format.h>

#include "api/json_string.h"
#include "state/extent_space.h"

namespace thalweg::api {

void JobReport::OnStart(const runtime::Job* job, std::string_view name) {
  std::lock_guard lock(mutex_);
  running_[job] = name;
  ++jobs_[std::string(name)].starts;
}

void JobReport::OnEnd(const runtime::Job* job) {
  std::lock_guard lock(mutex_);
  const auto it = running_.find(job);
  if (it == running_.end()) return;
  Entry& entry = jobs_[it->second];
  entry.stats = job->stats();
  entry.stopped = job->stopped();
  running_.erase(it);
}

std::string JobReport::ToJson() const {
  std::lock_guard lock(mutex_);
  std::string out = "{\"jobs\": [";
  const char* separator = "\n  ";
  for (const auto& [name, entry] : jobs_) {
    int64_t late = 0;
    int64_t skipped = 0;
    for (const runtime::NodeStats& n : entry.stats.nodes) {
      late += n.late_rows;
      skipped += n.skipped_rows;
    }
    const runtime::PauseHistogram& pauses = entry.stats.checkpoint_pauses;
    out += separator;
    separator = ",\n  ";
    out += "{\"name\": ";
    AppendJsonString(name, &out);
    out += fmt::format(
        ", \"stopped\": {}, \"restarts\": {}, \"rows_in\": {}, \"rows_out\": {}, "
        "\"late_rows\": {}, \"skipped_rows\": {}, \"checkpoints\": {}, "
        "\"failed_checkpoints\": {}, \"last_checkpoint\": {},\n   \"checkpoint_pauses\": "
        "{{\"count\": {}, \"p99_us\": {}, \"longest_us\": {}}},\n   \"operators\": [",
        entry.stopped, entry.starts - 1, entry.stats.source_rows, entry.stats.sink_rows, late,
        skipped, entry.stats.checkpoints, entry.stats.failed_checkpoints,
        entry.stats.last_checkpoint, pauses.count(), pauses.QuantileUs(0.99), pauses.longest_us());
    const char* comma = "\n    ";
    for (const runtime::NodeStats& n : entry.stats.nodes) {
      out += comma;
      comma = ",\n    ";
      out += "{\"name\": ";
      AppendJsonString(n.name, &out);
      out += fmt::format(
          ", \"rows_in\": {}, \"rows_out\": {}, \"late_rows\": {}, \"skipped_rows\": {}, "
          "\"state_bytes\": {}}}",
          n.rows_in, n.rows_out, n.late_rows, n.skipped_rows, n.state_bytes);
    }
    out += "]}";
  }
  const state::ExtentSpace::Stats paging = state::ExtentSpace::Process()->stats();
  return out + fmt::format(
                   "\n],\n\"state_paging\": {{\"paged_out_bytes\": {}, "
                   "\"most_resident_bytes\": {}}}}}\n",
                   paging.written_bytes, paging.most_resident_bytes);
}

}  // namespace thalweg::api
