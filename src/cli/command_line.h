// CommandLine: what the user typed, checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace thalweg::cli {

enum class Command : uint8_t {
  kRun,
  kCheck,
  kExplain,
  kFunctions,
  kSavepoint,
  kStateList,
  kStateShow
};
enum class Output : uint8_t { kAuto, kChangelog, kTable, kCsv, kJson };

struct CommandLine {
  Command command = Command::kRun;
  std::string file;                                           ///< "-": standard input
  std::vector<std::pair<std::string, std::string>> settings;  ///< -D key=value, in order
  int parallelism = 0;                                        ///< 0: as configured
  Output output = Output::kAuto;
  int64_t memory_bytes = 0;        ///< 0: 80 % of the machine's
  std::string function;            ///< functions NAME
  std::string restore = "latest";  ///< "latest", "none" or a path
  std::string savepoint_on_stop;   ///< folder; empty: none
  std::string report;              ///< file; empty: none
  // savepoint, state
  std::string job;     ///< a job's checkpoint folder, or what its name contains
  std::string target;  ///< savepoint: folder; empty: in the job's own
  bool stop = false;
  bool drain = false;
  bool ddl = false;
};

/// The command line, or the exit code of a program that has nothing more to do: help, version and
/// mistakes have been printed.
struct ParsedCommandLine {
  std::optional<CommandLine> command;
  int exit_code = 0;
};
ParsedCommandLine ParseCommandLine(int argc, const char* const* argv);

}  // namespace thalweg::cli
