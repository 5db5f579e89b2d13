// What the runner needs of the program under test: statements in, rows out.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "runner/changelog.h"

namespace thalweg::testing {

/// One way to run every case.
struct Configuration {
  std::string name;
  int batch_rows = 0;  ///< rows a batch; 0: the default
  int parallelism = 1;
  bool exact = false;  ///< compat=flink: compare change by change
  /// Jobs crash again and again, and go on from their latest checkpoint.
  bool crash = false;
  int second_parallelism = 0;  ///< of every other life of a crashing job; 0: as `parallelism`
  /// A crash after every checkpoint that a job completes, and nowhere else.
  bool every_barrier = false;
};

struct StatementOutcome {
  bool has_rows = false;
  std::vector<std::string> names;  ///< of the columns
  std::vector<std::string> types;  ///< Flink's summary strings
  Changelog rows;
};

/// A session. Statements run in order; each is complete when Execute returns.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual Result<StatementOutcome> Execute(std::string_view statement) = 0;
};

/// Runs jobs with checkpoints on a simulated disk that crashes; see crash_engine.cc.
Result<std::unique_ptr<Engine>> MakeCrashEngine(const Configuration& configuration, uint64_t seed);

/// A fresh session with the defaults of tests/README.md.
Result<std::unique_ptr<Engine>> MakeEngine(const Configuration& configuration, bool batch);

}  // namespace thalweg::testing
