// ConnectorTable: a table as its connector sees it; plain data, carried by the graph.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/type.h"

namespace thalweg::connectors {

using Options = std::map<std::string, std::string, std::less<>>;

struct ConnectorTable {
  std::string name;       ///< "default_catalog.default_database.t", for messages
  data::Schema physical;  ///< physical columns only, in DDL order
  std::vector<std::string> primary_key;
  std::vector<std::string> partition_keys;
  Options options;  ///< the WITH options, 'connector' included, hints merged
};

}  // namespace thalweg::connectors
