// Redirects the process's standard output into memory, where the print connector's lines are read.
#pragma once

#include <string>

namespace thalweg::testing {

class StdoutCapture {
 public:
  StdoutCapture();
  ~StdoutCapture();
  StdoutCapture(const StdoutCapture&) = delete;
  StdoutCapture& operator=(const StdoutCapture&) = delete;

  /// What has been written since the last call.
  std::string Take();

 private:
  int saved_ = -1;
  int memory_ = -1;
};

}  // namespace thalweg::testing
