// SinkNode: writes into a connector's table, or collects the rows of a SELECT for the caller.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/type.h"

namespace thalweg::graph {

enum class NotNullEnforcer : uint8_t { kError, kDrop };
/// table.exec.sink.type-length-enforcer: CHAR/VARCHAR/BINARY lengths.
enum class LengthEnforcer : uint8_t { kIgnore, kTrimPad, kError };

struct SinkNode {
  bool collect = false;  ///< true: rows go to the job's collector; the fields below are unused
  std::string table;     ///< identifier, for messages
  data::Schema physical;
  std::vector<std::string> primary_key;
  std::vector<std::string> partition_keys;
  std::map<std::string, std::string, std::less<>> options;
  std::vector<std::string> metadata_keys;  ///< writable metadata, after the physical columns
  bool overwrite = false;
  NotNullEnforcer not_null = NotNullEnforcer::kError;
  LengthEnforcer length = LengthEnforcer::kIgnore;
  std::vector<int> not_null_columns;  ///< input columns to check
  /// Input columns of the primary key when the changelog must be made upsert by key (materialised).
  std::vector<int> upsert_key;
  bool upsert_materialize = false;
};

}  // namespace thalweg::graph
