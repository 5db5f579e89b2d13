#include "runner/changelog.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

namespace thalweg::testing {
namespace {

constexpr size_t kShown = 6;  // differing rows that a message lists on each side

bool Number(const std::string& text, double* value) {
  if (text.empty()) return false;
  char* end = nullptr;
  *value = std::strtod(text.c_str(), &end);
  return *end == 0;
}

Cells KeyOf(const Cells& row, const std::vector<int>& key) {
  Cells out;
  for (const int column : key) {
    if (column < static_cast<int>(row.size())) out.push_back(row[column]);
  }
  return out;
}

bool IsApprox(const Comparison& how, size_t column) {
  return how.all_approx || std::find(how.approx.begin(), how.approx.end(),
                                     static_cast<int>(column)) != how.approx.end();
}

bool SameRow(const Cells& a, const Cells& b, const Comparison& how) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!SameCell(a[i], b[i], IsApprox(how, i))) return false;
  }
  return true;
}

// Rows in an order in which equal ones meet although approximate cells differ in their last digits:
// exact columns decide first, then approximate ones by value.
void Sort(std::vector<Cells>* rows, const Comparison& how) {
  const auto less = [&](const Cells& a, const Cells& b) {
    const size_t size = std::min(a.size(), b.size());
    for (size_t i = 0; i < size; ++i) {
      if (!IsApprox(how, i) && a[i] != b[i]) return a[i] < b[i];
    }
    for (size_t i = 0; i < size; ++i) {
      if (!IsApprox(how, i) || SameCell(a[i], b[i], true)) continue;
      double x = 0, y = 0;
      if (a[i] && b[i] && Number(*a[i], &x) && Number(*b[i], &y)) return x < y;
      return a[i] < b[i];
    }
    return a.size() < b.size();
  };
  std::sort(rows->begin(), rows->end(), less);
}

std::string DiffRows(const std::vector<Cells>& expected, const std::vector<Cells>& actual,
                     const Comparison& how) {
  std::vector<const Cells*> missing, extra;
  size_t i = 0, j = 0;
  const bool sorted = !how.ordered;
  while (i < expected.size() || j < actual.size()) {
    if (i < expected.size() && j < actual.size() && SameRow(expected[i], actual[j], how)) {
      ++i, ++j;
    } else if (j == actual.size() || (sorted && i < expected.size() && expected[i] < actual[j])) {
      missing.push_back(&expected[i++]);
    } else if (i == expected.size() || sorted) {
      extra.push_back(&actual[j++]);
    } else {
      missing.push_back(&expected[i++]);
      extra.push_back(&actual[j++]);
    }
  }
  if (missing.empty() && extra.empty()) return "";
  std::string out = std::to_string(expected.size()) + " rows expected, " +
                    std::to_string(actual.size()) + " came\n";
  for (size_t k = 0; k < missing.size() && k < kShown; ++k)
    out += "  missing " + WriteCells(*missing[k]) + "\n";
  for (size_t k = 0; k < extra.size() && k < kShown; ++k)
    out += "  extra   " + WriteCells(*extra[k]) + "\n";
  const size_t rest = missing.size() + extra.size();
  if (rest > 2 * kShown) out += "  ... " + std::to_string(rest) + " differences\n";
  return out;
}

// A changelog as rows: the operation becomes the first cell.
std::vector<Cells> AsRows(const Changelog& changes) {
  std::vector<Cells> rows;
  for (const Change& change : changes) {
    Cells row = {change.op};
    row.insert(row.end(), change.row.begin(), change.row.end());
    rows.push_back(std::move(row));
  }
  return rows;
}

Comparison Shifted(const Comparison& how) {
  Comparison out = how;
  for (int& column : out.approx) ++column;
  return out;
}

}  // namespace

bool SameCell(const Cell& a, const Cell& b, bool approx) {
  if (a == b) return true;
  if (!approx || !a || !b) return false;
  double x = 0, y = 0;
  if (!Number(*a, &x) || !Number(*b, &y)) return false;
  if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
  return x == y || std::fabs(x - y) <= 1e-12 * std::max(std::fabs(x), std::fabs(y));
}

Result<std::vector<Cells>> Fold(const Changelog& changes, const std::vector<int>& key) {
  std::vector<std::pair<Cells, bool>> rows;  // in the order of their last arrival; false: gone
  std::multimap<Cells, size_t> places;       // by key, or by the whole row
  const auto take_back = [&](const Cells& id) {
    const auto range = places.equal_range(id);
    if (range.first == range.second) return false;
    rows[range.first->second].second = false;
    places.erase(range.first);
    return true;
  };
  for (const Change& change : changes) {
    const Cells id = key.empty() ? change.row : KeyOf(change.row, key);
    const bool adds = change.op[0] == '+';
    if (!adds || !key.empty()) {
      if (!take_back(id) && !adds)
        return Status::BadData(change.op + " " + WriteCells(change.row) +
                               " takes back a row that is not there");
    }
    if (!adds) continue;
    places.emplace(id, rows.size());
    rows.emplace_back(change.row, true);
  }
  std::vector<Cells> out;
  for (auto& [row, present] : rows) {
    if (present) out.push_back(std::move(row));
  }
  return out;
}

std::string DiffFolded(const Changelog& expected, const Changelog& actual, const Comparison& how) {
  Result<std::vector<Cells>> wanted = Fold(expected, how.key);
  if (!wanted.ok()) return "the expected changelog: " + wanted.status().message() + "\n";
  Result<std::vector<Cells>> got = Fold(actual, how.key);
  if (!got.ok() && !how.key.empty()) got = Fold(actual, {});
  if (!got.ok()) return got.status().message() + "\n";
  if (!how.ordered) {
    Sort(&*wanted, how);
    Sort(&*got, how);
  }
  return DiffRows(*wanted, *got, how);
}

std::string DiffExact(const Changelog& expected, const Changelog& actual, const Comparison& how) {
  if (how.key.empty()) {
    Comparison shifted = Shifted(how);
    shifted.ordered = false;
    std::vector<Cells> wanted = AsRows(expected), got = AsRows(actual);
    Sort(&wanted, shifted);
    Sort(&got, shifted);
    return DiffRows(wanted, got, shifted);
  }
  std::map<Cells, std::pair<Changelog, Changelog>> by_key;
  for (const Change& change : expected) by_key[KeyOf(change.row, how.key)].first.push_back(change);
  for (const Change& change : actual) by_key[KeyOf(change.row, how.key)].second.push_back(change);
  Comparison in_order = Shifted(how);
  in_order.ordered = true;
  for (const auto& [key, sides] : by_key) {
    const std::string diff = DiffRows(AsRows(sides.first), AsRows(sides.second), in_order);
    if (!diff.empty()) return "key " + WriteCells(key) + ": " + diff;
  }
  return "";
}

Change PrintedChange(std::string_view line) {
  std::string prefix;
  const size_t arrow = line.find("> ");
  const size_t bracket = line.find('[');
  if (arrow != std::string_view::npos && arrow < bracket) {
    prefix = line.substr(0, arrow);
    line.remove_prefix(arrow + 2);
    const size_t number = prefix.find_last_not_of("0123456789") + 1;
    if (number < prefix.size() && (number == 0 || prefix[number - 1] == ':')) {
      prefix.resize(number == 0 ? 0 : number - 1);
    }
    if (!prefix.empty()) prefix += "> ";
  }
  return Change{std::string(line.substr(0, 2)),
                {prefix + std::string(line.substr(std::min<size_t>(2, line.size())))}};
}

}  // namespace thalweg::testing
