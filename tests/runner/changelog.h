// Changelogs and how two of them compare: folded to the final rows, or change by change.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runner/json_cells.h"

namespace thalweg::testing {

/// One line of a changelog. `op` is +I, -U, +U or -D.
struct Change {
  std::string op;
  Cells row;
};
using Changelog = std::vector<Change>;

/// A line of the print connector as a change: the operation, then what stands around it, without
/// the subtask's number ("2> +I[1]", "id:2> +I[1]").
Change PrintedChange(std::string_view line);

/// How a case wants its rows compared (the flags of tests/README.md).
struct Comparison {
  std::vector<int> key;  ///< columns that identify a row of an upsert stream; empty: a retract one
  std::vector<int> approx;  ///< columns that compare at a relative 1e-12
  bool all_approx = false;  ///< every column does
  bool ordered = false;     ///< the order of the final rows counts
};

/// The final rows, or why the changelog cannot be folded (a row taken back that was never there).
Result<std::vector<Cells>> Fold(const Changelog& changes, const std::vector<int>& key);

/// Empty when the final rows agree, else a few lines that say where they do not.
std::string DiffFolded(const Changelog& expected, const Changelog& actual, const Comparison& how);
/// The same for the changes themselves: as a sequence within each key; without a key, the same
/// changes in any order.
std::string DiffExact(const Changelog& expected, const Changelog& actual, const Comparison& how);

/// Whether two cells are equal, numbers at a relative 1e-12 when `approx`.
bool SameCell(const Cell& a, const Cell& b, bool approx);

}  // namespace thalweg::testing
