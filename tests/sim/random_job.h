// RandomJob: input files and a streaming job over them, drawn from a seed by a small grammar:
// scan -> filter and projection -> nothing or a window aggregate -> filesystem sink.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>

namespace thalweg::testing {

struct RandomJob {
  std::map<std::string, std::string> inputs;  ///< files below /in
  std::string source;                         ///< DDL
  std::string sink;                           ///< DDL; ${OUT} is the folder to write
  std::string insert;

  static RandomJob Make(std::mt19937_64* random);
};

}  // namespace thalweg::testing
