// Runs one case in one configuration and says how its answer differs.
#pragma once

#include <string>

#include "runner/engine.h"
#include "runner/test_file.h"

namespace thalweg::testing {

/// The folder that stands for ${DIR}, made anew with the files of the .test file; gone with it.
class CaseFolder {
 public:
  explicit CaseFolder(const std::map<std::string, std::string>& files);
  ~CaseFolder();
  CaseFolder(const CaseFolder&) = delete;
  CaseFolder& operator=(const CaseFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Whether the configuration says anything about this case.
bool Applies(const TestCase& test, const Configuration& configuration);

/// Empty when the case passes. What the print connector writes to stdout
/// while it runs is part of the answer.
std::string RunCase(const TestCase& test, const std::map<std::string, std::string>& files,
                    const Configuration& configuration);

}  // namespace thalweg::testing
