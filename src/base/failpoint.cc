#include "base/failpoint.h"

#ifdef THALWEG_FAILPOINTS

#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <string>

namespace thalweg {

void HitFailpoint(const char* name) {
  static const char* const asked = getenv("THALWEG_FAILPOINT");
  if (asked == nullptr) return;
  static const std::string text = asked;
  static const size_t hash = text.find('#');
  static std::atomic<int> left{hash == std::string::npos ? 1 : atoi(text.c_str() + hash + 1)};
  if (text.compare(0, hash, name) == 0 && left.fetch_sub(1) == 1) raise(SIGKILL);
}

}  // namespace thalweg

#endif
