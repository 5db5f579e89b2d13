// PartFileName: the names of the files that the filesystem sink writes.
//
//   .part-<lineage>-g<generation>-<subtask>-<number>.inprogress   hidden: written to, or sealed
//   part-<lineage>-g<generation>-e<epoch>-<subtask>-<number>      visible: sealed in that epoch
//   .part-<lineage>-g<generation>-<subtask>-<number>.carried      what a restored writer copies
//   .part-<lineage>-g<generation>-<subtask>-<number>.compacted    hidden: several in one, under the
//                                                                 first one's name
//
// A file that was carried over a restore is still the same file for the table: its generation
// stands there as <generation>.<origin>, where origin is the generation that began it. So all that
// was ever made of one file is found by lineage, origin, subtask and number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace thalweg::connectors {

struct PartFileName {
  enum class Kind : uint8_t { kHidden, kVisible, kCarried, kCompacted };

  Kind kind = Kind::kHidden;
  std::string lineage;
  int64_t generation = 1;
  int64_t origin = 1;
  int64_t epoch = 0;  ///< of a visible one
  int64_t subtask = 0;
  int64_t number = 0;

  /// Without a folder.
  std::string ToString() const;
  /// Nothing if the sink does not make such names. `name` has no folder.
  static std::optional<PartFileName> Parse(std::string_view name);

  PartFileName Hidden() const { return With(Kind::kHidden, 0); }
  PartFileName Compacted() const { return With(Kind::kCompacted, 0); }
  PartFileName Visible(int64_t sealed_in) const { return With(Kind::kVisible, sealed_in); }
  PartFileName Carried(int64_t by) const {
    PartFileName name = With(Kind::kCarried, 0);
    name.generation = by;
    return name;
  }
  /// The same for everything made of one file of a lineage.
  std::tuple<int64_t, int64_t, int64_t> identity() const { return {origin, subtask, number}; }

 private:
  PartFileName With(Kind k, int64_t e) const {
    PartFileName name = *this;
    name.kind = k;
    name.epoch = e;
    return name;
  }
};

}  // namespace thalweg::connectors
