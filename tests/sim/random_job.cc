#include "sim/random_job.h"

#include <fmt/format.h>

namespace thalweg::testing {
namespace {

class Draw {
 public:
  explicit Draw(std::mt19937_64* random) : random_(random) {}
  int64_t Below(int64_t n) { return static_cast<int64_t>((*random_)() % static_cast<uint64_t>(n)); }
  bool OneIn(int64_t n) { return Below(n) == 0; }

 private:
  std::mt19937_64* const random_;
};

// Rows in the order of time but for a second, which is less than the watermark's delay.
std::string Lines(Draw* draw, int64_t* id) {
  std::string text;
  const int64_t rows = 5 + draw->Below(60);
  int64_t seconds = draw->Below(20);
  for (int64_t i = 0; i < rows; ++i) {
    seconds += draw->OneIn(12) ? draw->Below(30) : draw->Below(2);
    const int64_t t = seconds - draw->Below(2) + 10;
    text += fmt::format("{},{},{},2024-01-01 00:{:02}:{:02}\n", (*id)++, draw->Below(7),
                        draw->Below(50), t / 60 % 60, t % 60);
  }
  return text;
}

std::string WindowOf(Draw* draw, const std::string& from) {
  switch (draw->Below(4)) {
    case 0:
      return fmt::format("TUMBLE(TABLE {}, DESCRIPTOR(ts), INTERVAL '10' SECOND)", from);
    case 1:
      return fmt::format("HOP(TABLE {}, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND)",
                         from);
    case 2:
      return fmt::format(
          "CUMULATE(TABLE {}, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)", from);
    default:
      return fmt::format("SESSION(TABLE {} PARTITION BY k, DESCRIPTOR(ts), INTERVAL '6' SECOND)",
                         from);
  }
}

/// With a result that changes.
std::string QueryOf(Draw* draw, const std::string& filter) {
  const std::string rows = "s" + filter;
  switch (draw->Below(6)) {
    case 0:
      return "SELECT k, COUNT(*), MAX(v), COUNT(DISTINCT v), SUM(v) FROM " + rows + " GROUP BY k";
    case 1:  // what the inner groups take back, the outer ones must
      return "SELECT n, COUNT(*), MIN(x) FROM (SELECT v, COUNT(*) AS n, MAX(id) AS x FROM " + rows +
             " GROUP BY v) GROUP BY n";
    case 2:
      return "SELECT DISTINCT MOD(v, 10), k FROM " + rows;
    case 3:
      return fmt::format("SELECT v, id, k FROM {} ORDER BY v DESC, id LIMIT {}", rows,
                         1 + draw->Below(6));
    case 4:  // rows of a Top-N are taken back
      return fmt::format(
          "SELECT k, n FROM (SELECT k, COUNT(*) AS n FROM {} GROUP BY k) ORDER BY n DESC, k LIMIT "
          "{}",
          rows, 1 + draw->Below(4));
    default:
      return "SELECT k, AVG(v), COUNT(*) FROM " + rows + " GROUP BY k HAVING COUNT(*) > 3";
  }
}

}  // namespace

RandomJob RandomJob::Make(std::mt19937_64* random) {
  Draw draw(random);
  RandomJob job;
  int64_t id = 1;
  const int64_t files = 1 + draw.Below(4);
  for (int64_t i = 0; i < files; ++i) job.inputs[fmt::format("/in/{}.csv", i)] = Lines(&draw, &id);
  job.source =
      "CREATE TABLE s (id INT, k INT, v INT, ts TIMESTAMP(3), "
      "WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) "
      "WITH ('connector' = 'filesystem', 'path' = '/in', 'format' = 'csv')";

  const std::string filter = draw.OneIn(3)   ? " WHERE v > 10"
                             : draw.OneIn(2) ? " WHERE MOD(id, 3) <> 0"
                                             : "";
  if (draw.OneIn(3)) {
    job.statement = QueryOf(&draw, filter);
    return job;
  }
  const bool partitioned = draw.OneIn(3);
  const int64_t format = draw.Below(5);
  job.parquet = format == 0;
  std::string options = fmt::format(
      "'connector' = 'filesystem', 'path' = '${{OUT}}', 'format' = '{}'", job.parquet  ? "parquet"
                                                                          : format < 3 ? "csv"
                                                                                       : "json");
  if (draw.OneIn(2)) options += ", 'sink.rolling-policy.file-size' = '200 b'";
  if (draw.OneIn(3)) {
    options += ", 'auto-compaction' = 'true'";
    if (draw.OneIn(2)) options += ", 'compaction.file-size' = '500 b'";
  }
  std::string query;
  switch (draw.Below(3)) {
    case 0:
      job.columns = "id INT, v INT, t TIMESTAMP(3), k INT";
      query = "SELECT id, v + 1, ts, k FROM s" + filter;
      if (draw.OneIn(2)) query += " ORDER BY ts";
      break;
    default:
      job.columns = "b TIMESTAMP(3), n BIGINT, x INT, d BIGINT, k INT";
      query = fmt::format(
          "SELECT window_start, COUNT(*), MAX(v), COUNT(DISTINCT v), k FROM TABLE({}) "
          "GROUP BY k, window_start, window_end",
          WindowOf(&draw, filter.empty() ? "s" : "(SELECT * FROM s" + filter + ")"));
  }
  job.sink = fmt::format("CREATE TABLE o ({}){} WITH ({})", job.columns,
                         partitioned ? " PARTITIONED BY (k)" : "", options);
  job.statement = "INSERT INTO o " + query;
  return job;
}

}  // namespace thalweg::testing
