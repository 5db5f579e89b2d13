#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "api/session.h"

namespace thalweg::api {
namespace {

/// The cgroup's limit in bytes, or INT64_MAX if there is none.
int64_t CgroupLimit() {
  for (const char* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::FILE* f = std::fopen(path, "r");
    if (f == nullptr) continue;
    long long limit = 0;
    const bool parsed = std::fscanf(f, "%lld", &limit) == 1;  // "max" does not parse: no limit
    std::fclose(f);
    if (parsed && limit > 0) return limit;
  }
  return INT64_MAX;
}

}  // namespace

int64_t DefaultMemoryLimit() {
  const int64_t machine = static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGE_SIZE);
  return std::min(machine, CgroupLimit()) / 5 * 4;
}

}  // namespace thalweg::api
