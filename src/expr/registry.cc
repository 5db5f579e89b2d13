#include "expr/registry.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "expr/functions/families.h"

namespace thalweg::expr {
namespace {

std::string Upper(std::string_view s) {
  std::string u(s);
  for (char& c : u) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return u;
}

template <typename Entry>
class Table {
 public:
  void Add(std::span<const Entry> family) {
    for (const Entry& e : family) {
      sorted_.push_back(&e);
      Insert(e.name, &e);
      for (std::string_view alias : e.aliases) Insert(alias, &e);
    }
  }
  void Finish() {
    std::sort(sorted_.begin(), sorted_.end(),
              [](const Entry* a, const Entry* b) { return a->name < b->name; });
  }
  const Entry* Find(std::string_view name) const {
    const auto it = by_name_.find(Upper(name));
    return it == by_name_.end() ? nullptr : it->second;
  }
  const std::vector<const Entry*>& sorted() const { return sorted_; }

 private:
  void Insert(std::string_view name, const Entry* e) {
    TW_CHECK(by_name_.emplace(Upper(name), e).second, std::string(name) + " is registered twice");
  }

  std::unordered_map<std::string, const Entry*> by_name_;
  std::vector<const Entry*> sorted_;
};

const Table<ScalarFunction>& Scalars() {
  static const auto* const kTable = [] {
    auto* t = new Table<ScalarFunction>();
    for (auto family : kScalarFamilies) t->Add(family());
    t->Finish();
    return t;
  }();
  return *kTable;
}

const Table<AggregateFunction>& Aggregates() {
  static const auto* const kTable = [] {
    auto* t = new Table<AggregateFunction>();
    t->Add(AggregateFunctions());
    t->Finish();
    return t;
  }();
  return *kTable;
}

}  // namespace

const ScalarFunction* FindScalarFunction(std::string_view name) { return Scalars().Find(name); }
const AggregateFunction* FindAggregateFunction(std::string_view name) {
  return Aggregates().Find(name);
}
std::vector<const ScalarFunction*> AllScalarFunctions() { return Scalars().sorted(); }
std::vector<const AggregateFunction*> AllAggregateFunctions() { return Aggregates().sorted(); }

}  // namespace thalweg::expr
