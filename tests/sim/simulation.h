// Simulation: one seed's job on its disk, through faulty lives to its end.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "graph/graph.h"
#include "runner/epoch_collector.h"
#include "sim/random_job.h"
#include "sim/simulated_disk.h"

namespace thalweg::testing {

class Simulation {
 public:
  struct Counts {
    int64_t lives = 0;
    int64_t restores = 0;
    int64_t flips = 0;    ///< bits of checkpoint files that were flipped
    int64_t zombies = 0;  ///< processes that came back after another one had taken over
  };

  /// `broken`: "manifest", "state" or "output": syncs of these files are lies; else they are true.
  Simulation(uint64_t seed, const std::string& broken, bool verbose);

  /// Empty: what the job has published is what an undisturbed run publishes.
  std::string Run(Counts* counts);

 private:
  struct Planned {
    graph::Graph graph;
    data::Schema schema;  ///< of a query's result
  };

  uint64_t Below(uint64_t n) { return random_() % n; }
  Result<Planned> PlanOf(const RandomJob& job, const std::string& folder) const;
  Result<Planned> PlanReading(const RandomJob& job, const std::string& from,
                              const std::string& to) const;
  Status RunPlainly(const Planned& planned, EpochCollector* collector);
  /// Whether the job has come to its end.
  Result<bool> RunOneLife(const Planned& planned, int life, Counts* counts);
  /// One process of the job; OK: the job has come to its end.
  struct Process;
  Process DrawProcess();
  Status RunProcess(const Planned& planned, const Process& process, FileSystem* file_system);
  /// One is stopped, another takes its place, and the first one comes back.
  Result<bool> Overlap(const Planned& planned, Counts* counts);
  /// Damages the newest checkpoint, if there is one to fall back on.
  void FlipABit(Counts* counts);
  Result<std::multiset<std::string>> Output(const RandomJob& job, const std::string& folder);
  std::string Compare(const RandomJob& job);

  std::mt19937_64 random_;
  SimulatedDisk disk_;
  const std::string broken_;
  const bool verbose_;
  std::unique_ptr<EpochCollector> undisturbed_;  // of a query
  std::unique_ptr<EpochCollector> result_;
};

}  // namespace thalweg::testing
