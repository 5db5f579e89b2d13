// Failpoints: named places where a test may kill the process, as kill -9 does.
//
//   TW_FAILPOINT("manifest:synced");
//
// Only in the program `thalweg_failpoints` (tests/soak), whose sources are compiled with
// THALWEG_FAILPOINTS: there the environment variable THALWEG_FAILPOINT says NAME or NAME#N, and the
// N-th time (the first, if nothing is said) that a thread comes to NAME the process is killed.
// Everywhere else the macro is nothing.
#pragma once

#ifdef THALWEG_FAILPOINTS

namespace thalweg {
void HitFailpoint(const char* name);
}  // namespace thalweg

#define TW_FAILPOINT(name) ::thalweg::HitFailpoint(name)
#define TW_HAS_FAILPOINTS true

#else

#define TW_FAILPOINT(name) static_cast<void>(0)
#define TW_HAS_FAILPOINTS false

#endif
