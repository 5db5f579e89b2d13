// RandomJob: input files and a streaming job over them, drawn from a seed by a small grammar:
//
//   scan -> filter and projection -> nothing, a window aggregate, a sort by time -> filesystem sink
//                                 -> groups, groups of groups, DISTINCT, Top-N   -> a result
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>

namespace thalweg::testing {

struct RandomJob {
  std::map<std::string, std::string> inputs;  ///< files below /in
  std::string source;                         ///< DDL
  std::string sink;     ///< DDL; ${OUT} is the folder to write; empty: a query with a result
  std::string columns;  ///< the sink's, without a partition's place
  bool parquet = false;
  std::string statement;  ///< the INSERT, or the query

  static RandomJob Make(std::mt19937_64* random);
};

}  // namespace thalweg::testing
