#include "sql/binder/grouping_sets.h"

#include <fmt/format.h>

#include <algorithm>

namespace thalweg::sql {
namespace {

using Set = std::vector<int>;
using Sets = std::vector<Set>;
using Kind = ast::GroupItem::Kind;

constexpr size_t kMaxSets = 4096;

class Collector {
 public:
  Collector(ExpressionBinder* binder, GroupSpec* groups, AggregateUses* uses)
      : binder_(binder), groups_(groups), uses_(uses) {}

  // The sets that one item of GROUP BY stands for.
  Result<Sets> Collect(const ast::GroupItem& item) {
    switch (item.kind) {
      case Kind::kEmpty:
        return Sets{{}};
      case Kind::kExpr:
      case Kind::kList: {
        TW_ASSIGN_OR_RETURN(Set set, KeysOf(item));
        return Sets{std::move(set)};
      }
      case Kind::kGroupingSets: {
        Sets all;
        for (const ast::GroupItem& part : item.items) {
          TW_ASSIGN_OR_RETURN(Sets sets, Collect(part));
          all.insert(all.end(), sets.begin(), sets.end());
          TW_RETURN_IF_ERROR(CheckCount(all.size(), item.span));
        }
        return all;
      }
      case Kind::kRollup:
      case Kind::kCube: {
        std::vector<Set> parts;
        for (const ast::GroupItem& part : item.items) {
          TW_ASSIGN_OR_RETURN(Set set, KeysOf(part));
          parts.push_back(std::move(set));
        }
        Sets all;
        if (item.kind == Kind::kRollup) {
          for (size_t n = parts.size() + 1; n-- > 0;) {
            Set set;
            for (size_t i = 0; i < n; ++i) set = Merge(set, parts[i]);
            all.push_back(std::move(set));
          }
          return all;
        }
        if (parts.size() > 12) return Status::InvalidSql(item.span, "CUBE of too many columns");
        for (size_t mask = size_t{1} << parts.size(); mask-- > 0;) {
          Set set;
          for (size_t i = 0; i < parts.size(); ++i) {
            if (mask >> (parts.size() - 1 - i) & 1) set = Merge(set, parts[i]);
          }
          all.push_back(std::move(set));
        }
        return all;
      }
    }
    return Status::Internal("group item");
  }

  static Set Merge(const Set& a, const Set& b) {
    Set set = a;
    for (int key : b) {
      if (std::find(set.begin(), set.end(), key) == set.end()) set.push_back(key);
    }
    return set;
  }

  static Status CheckCount(size_t count, SqlSpan span) {
    if (count <= kMaxSets) return Status::OK();
    return Status::InvalidSql(
        span, fmt::format("GROUP BY stands for more than {} grouping sets", kMaxSets));
  }

 private:
  Result<Set> KeysOf(const ast::GroupItem& item) {
    Set set;
    if (item.kind == Kind::kEmpty) return set;
    if (item.kind == Kind::kList) {
      for (const ast::GroupItem& part : item.items) {
        TW_ASSIGN_OR_RETURN(Set keys, KeysOf(part));
        set = Merge(set, keys);
      }
      return set;
    }
    if (item.kind != Kind::kExpr) {
      return Status::NotSupported(item.span, "CUBE and ROLLUP inside each other");
    }
    if (IsGroupWindowCall(*item.expr)) {
      const auto& call = ast::As<ast::Call>(*item.expr);
      TW_ASSIGN_OR_RETURN(GroupWindow window, BindGroupWindow(call, UpperCase(call.name), binder_));
      if (!uses_->group_windows.empty()) {
        return Status::NotSupported(item.span, "only one window in GROUP BY is supported");
      }
      uses_->group_windows.push_back(std::move(window));
      return set;
    }
    if (ContainsAggregate(*item.expr)) {
      return Status::InvalidSql(item.span, "an aggregate cannot stand in GROUP BY");
    }
    TW_ASSIGN_OR_RETURN(expr::ExprPtr key, binder_->Bind(*item.expr));
    for (size_t i = 0; i < groups_->keys.size(); ++i) {
      if (groups_->keys[i]->Equals(*key)) return Set{static_cast<int>(i)};
    }
    std::string name = fmt::format("$f{}", groups_->keys.size());
    if (item.expr->kind == ast::ExprKind::kColumn) {
      name = ast::As<ast::ColumnRef>(*item.expr).parts.back().name;
    }
    groups_->keys.push_back(std::move(key));
    groups_->names.push_back(std::move(name));
    return Set{static_cast<int>(groups_->keys.size()) - 1};
  }

  ExpressionBinder* binder_;
  GroupSpec* groups_;
  AggregateUses* uses_;
};

}  // namespace

Status BindGroupBy(const ast::Select& select, ExpressionBinder* binder, GroupSpec* groups,
                   AggregateUses* uses) {
  Collector collector(binder, groups, uses);
  // GROUP BY a, CUBE (b): the product of what each item stands for.
  Sets product = {{}};
  for (const ast::GroupItem& item : select.group_by) {
    TW_ASSIGN_OR_RETURN(Sets sets, collector.Collect(item));
    Sets next;
    TW_RETURN_IF_ERROR(Collector::CheckCount(product.size() * sets.size(), item.span));
    for (const Set& left : product) {
      for (const Set& right : sets) next.push_back(Collector::Merge(left, right));
    }
    product = std::move(next);
  }
  if (select.group_by_distinct) {
    Sets unique;
    for (Set& set : product) {
      std::sort(set.begin(), set.end());
      if (std::find(unique.begin(), unique.end(), set) == unique.end()) unique.push_back(set);
    }
    product = std::move(unique);
  }
  groups->names = UniqueNames(std::move(groups->names));
  groups->sets = std::move(product);
  if (!uses->group_windows.empty() && groups->sets.size() > 1) {
    return Status::NotSupported(select.span,
                                "GROUPING SETS with a group window function; use a "
                                "window table function");
  }
  return Status::OK();
}

}  // namespace thalweg::sql
