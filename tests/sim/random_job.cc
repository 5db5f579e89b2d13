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

  const bool partitioned = draw.OneIn(3);
  std::string options =
      fmt::format("'connector' = 'filesystem', 'path' = '${{OUT}}', 'format' = '{}'",
                  draw.OneIn(2) ? "csv" : "json");
  if (draw.OneIn(2)) options += ", 'sink.rolling-policy.file-size' = '200 b'";
  const std::string filter = draw.OneIn(3)   ? " WHERE v > 10"
                             : draw.OneIn(2) ? " WHERE MOD(id, 3) <> 0"
                                             : "";
  std::string columns;
  std::string query;
  if (draw.OneIn(4)) {
    columns = "id INT, v INT, t TIMESTAMP(3), k INT";
    query = "SELECT id, v + 1, ts, k FROM s" + filter;
  } else {
    columns = "b TIMESTAMP(3), n BIGINT, x INT, d BIGINT, k INT";
    query = fmt::format(
        "SELECT window_start, COUNT(*), MAX(v), COUNT(DISTINCT v), k FROM TABLE({}) "
        "GROUP BY k, window_start, window_end",
        WindowOf(&draw, filter.empty() ? "s" : "(SELECT * FROM s" + filter + ")"));
  }
  job.sink = fmt::format("CREATE TABLE o ({}){} WITH ({})", columns,
                         partitioned ? " PARTITIONED BY (k)" : "", options);
  job.insert = "INSERT INTO o " + query;
  return job;
}

}  // namespace thalweg::testing
