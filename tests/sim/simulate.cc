// simulate: random jobs on a simulated disk, with random faults: each job must end with exactly the
// output of a run that nothing disturbs.
//
//   simulate [--seeds N] [--first SEED] [--broken manifest|state|output|barriers] [--verbose]
//
// A seed draws the input, the job, its parallelism and checkpoints, and every life's fault: the
// machine or the process crashes at an I/O operation, the disk is full for a while or slow, a sync
// fails, the process is stopped and comes back after another one has taken its place; and between
// two lives a bit of the newest checkpoint may flip. Threads are real, so the same seed draws the
// same faults, but not the same interleaving.
// --broken: the disk lies about the syncs of these files, or the program is one whose barriers
// align too late (simulate_late_barriers); then some seed must fail.
#include <cstdio>
#include <string>

#include "sim/simulation.h"

using thalweg::testing::Simulation;

int main(int argc, char** argv) {
  int64_t seeds = 50;
  uint64_t first = 1;
  std::string broken;
  bool verbose = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
    if (word == "--seeds") seeds = std::stoll(value());
    if (word == "--first") first = std::stoull(value());
    if (word == "--broken") broken = value();
    if (word == "--verbose") verbose = true;
  }
  Simulation::Counts counts;
  int64_t failed = 0;
  for (uint64_t seed = first; seed < first + static_cast<uint64_t>(seeds); ++seed) {
    const std::string failure = Simulation(seed, broken, verbose).Run(&counts);
    if (failure.empty()) continue;
    ++failed;
    if (broken.empty()) {
      printf("FAILED: --seeds 1 --first %llu: %s\n", static_cast<unsigned long long>(seed),
             failure.c_str());
    } else if (failed >= 1) {
      printf("seed %llu shows it: %s\n", static_cast<unsigned long long>(seed), failure.c_str());
      return 0;
    }
  }
  printf(
      "seeds %llu to %llu: %lld lives, %lld of them from a checkpoint, %lld overtaken, %lld "
      "flipped "
      "bits; %lld seeds failed\n",
      static_cast<unsigned long long>(first),
      static_cast<unsigned long long>(first + static_cast<uint64_t>(seeds) - 1),
      static_cast<long long>(counts.lives), static_cast<long long>(counts.restores),
      static_cast<long long>(counts.zombies), static_cast<long long>(counts.flips),
      static_cast<long long>(failed));
  if (!broken.empty()) printf("broken: %s, and nobody has noticed\n", broken.c_str());
  return failed == 0 && broken.empty() ? 0 : 1;
}
