#include "runner/stdout_capture.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>

namespace thalweg::testing {

StdoutCapture::StdoutCapture() {
  fflush(stdout);
  saved_ = dup(STDOUT_FILENO);
  memory_ = memfd_create("stdout", MFD_CLOEXEC);
  dup2(memory_, STDOUT_FILENO);
}

StdoutCapture::~StdoutCapture() {
  fflush(stdout);
  dup2(saved_, STDOUT_FILENO);
  close(saved_);
  close(memory_);
}

std::string StdoutCapture::Take() {
  fflush(stdout);
  const off_t size = lseek(memory_, 0, SEEK_END);
  std::string text(size > 0 ? size : 0, '\0');
  ssize_t got = pread(memory_, text.data(), text.size(), 0);
  text.resize(got > 0 ? got : 0);
  if (ftruncate(memory_, 0) != 0) text.clear();
  lseek(memory_, 0, SEEK_SET);
  return text;
}

}  // namespace thalweg::testing
