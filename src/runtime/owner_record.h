// OwnerRecord: what one start of a job says about itself in the checkpoint folder, before it
// touches any output: which history it goes on with, and which checkpoints count for whoever
// follows it.
//
// A process that was stopped can publish a checkpoint long after another one has taken over. The
// record tells such a checkpoint from those that the successor knew: it is of an earlier
// generation, and not part of the history. On disk: lines of text, the last one a checksum.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace thalweg::runtime {

struct OwnerRecord {
  struct Ancestor {
    int64_t generation = 0;
    int64_t epoch = 0;  ///< the last one of this generation that counts
  };

  std::string lineage;            ///< of the history that this start begins or goes on with
  std::vector<Ancestor> history;  ///< one per generation
  /// Lineages of earlier starts that this one does not go on with, oldest first: what they have not
  /// published goes once no checkpoint of theirs is left.
  std::vector<std::string> ended;

  /// Whether a checkpoint of a generation before the record's counts.
  bool Counts(int64_t generation, int64_t epoch) const;
  /// The checkpoint counts, and so do earlier ones of its generation.
  void Add(int64_t generation, int64_t epoch);
  /// Forgets the oldest beyond a bound.
  void End(const std::string& other_lineage);

  std::string Encode() const;
  /// kBadData: damaged or cut off.
  static Result<OwnerRecord> Decode(std::string_view text);
};

}  // namespace thalweg::runtime
