#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "expr/program/step.h"
#include "expr/value.h"

namespace thalweg::expr {
namespace {

bool IsLazy(ExprKind kind) {
  return kind == ExprKind::kAnd || kind == ExprKind::kOr || kind == ExprKind::kCase ||
         kind == ExprKind::kCoalesce;
}

/// What the batch or the expression itself holds: nothing to compute.
bool IsLeaf(const Expr& e) {
  switch (e.kind) {
    case ExprKind::kColumn:
    case ExprKind::kLiteral:
      return true;
    case ExprKind::kField:
      return IsLeaf(*e.args[0]);
    default:
      return false;
  }
}

bool IsFixedWidth(const Expr& e) {
  return data::PhysicalTypeOf(e.type) < data::PhysicalType::kString;
}

/// Worth evaluating on every row rather than finding out which rows need it.
bool IsCheap(const Expr& e) {
  if (IsLeaf(e)) return true;
  switch (e.kind) {
    case ExprKind::kCall:
      if (!e.bound.total) return false;
      break;
    case ExprKind::kAnd:
    case ExprKind::kOr:
      break;
    default:
      return false;
  }
  return std::all_of(e.args.begin(), e.args.end(),
                     [](const ExprPtr& a) { return IsFixedWidth(*a) && IsCheap(*a); });
}

/// A CASE that evaluates everything on every row and then selects.
bool IsSelect(const Expr& e) {
  constexpr size_t kMostArgs = 17;  // each condition is a pass over the rows
  const auto physical = data::PhysicalTypeOf(e.type);
  if (e.kind != ExprKind::kCase || e.args.size() > kMostArgs ||
      physical > data::PhysicalType::kString) {
    return false;
  }
  // The first condition is evaluated anyway.
  return std::all_of(e.args.begin() + 1, e.args.end(), [](const ExprPtr& a) {
    return IsLeaf(*a) || (IsFixedWidth(*a) && IsCheap(*a));
  });
}

/// The argument is evaluated on every row on which the expression is.
bool IsEager(const Expr& e, size_t arg) {
  if (arg == 0 || !IsLazy(e.kind)) return true;
  if (e.kind == ExprKind::kCase) return IsSelect(e);
  return (e.kind == ExprKind::kAnd || e.kind == ExprKind::kOr) && IsCheap(*e.args[arg]);
}

/// Structurally equal expressions get the same number.
class Interner {
 public:
  int Intern(const ExprPtr& e) {
    if (const auto it = by_pointer_.find(e.get()); it != by_pointer_.end()) return it->second;
    std::vector<int> args;
    for (const auto& a : e->args) args.push_back(Intern(a));
    size_t h = static_cast<size_t>(e->kind) * 31 + static_cast<size_t>(e->column + 1);
    h = h * 31 + std::hash<const void*>()(e->function);
    for (int a : args) h = h * 1000003 + static_cast<size_t>(a);
    if (e->literal) h = h * 31 + HashValue(*e->literal, 0);
    int id = -1;
    const bool shareable = e->function == nullptr || e->function->deterministic;
    if (shareable) {
      auto& bucket = by_hash_[h];
      for (int candidate : bucket) {
        const Node& n = nodes_[static_cast<size_t>(candidate)];
        if (n.args == args && SameNode(*n.expr, *e)) {
          id = candidate;
          break;
        }
      }
      if (id < 0) bucket.push_back(static_cast<int>(nodes_.size()));
    }
    if (id < 0) {
      id = static_cast<int>(nodes_.size());
      nodes_.push_back({e, std::move(args)});
    }
    by_pointer_.emplace(e.get(), id);
    return id;
  }

 private:
  struct Node {
    ExprPtr expr;
    std::vector<int> args;
  };
  static bool SameNode(const Expr& a, const Expr& b) {
    return a.kind == b.kind && a.column == b.column && a.function == b.function &&
           a.type.Equals(b.type) &&
           (a.kind != ExprKind::kLiteral || SameValue(*a.literal, 0, *b.literal, 0));
  }

  std::vector<Node> nodes_;
  std::unordered_map<const Expr*, int> by_pointer_;
  std::unordered_map<size_t, std::vector<int>> by_hash_;
};

class Compiler {
 public:
  CompiledProgram Compile(const std::vector<ExprPtr>& conjuncts,
                          const std::vector<ExprPtr>& projection) {
    // Each part sees the registers of the ones before it.
    std::deque<Scope> parts;
    Scope* last = nullptr;
    const auto part = [&](Block* block, bool takes_leaves) {
      last = &parts.emplace_back(Scope{last, block, takes_leaves, {}, {}});
    };
    program_.conjuncts.resize(conjuncts.size());
    for (size_t i = 0; i < conjuncts.size(); ++i) {
      part(&program_.conjuncts[i], true);
      MarkUnconditional(conjuncts[i], last);
      program_.conjuncts[i].result = Emit(conjuncts[i], last);
    }
    part(&program_.inputs, true);
    part(&program_.projection, false);
    for (const auto& e : projection) MarkUnconditional(e, last);
    for (const auto& e : projection) program_.results.push_back(Emit(e, last));
    CollectCarried();
    return std::move(program_);
  }

 private:
  struct Scope {
    Scope* parent;
    Block* block;
    bool takes_leaves;                       // the place for leaves that inner scopes need
    std::unordered_map<int, int> registers;  // by interned number
    std::unordered_set<int> unconditional;   // evaluated on all of the block's rows, in any case
  };

  void MarkUnconditional(const ExprPtr& e, Scope* scope) {
    if (!scope->unconditional.insert(interner_.Intern(e)).second) return;
    for (size_t i = 0; i < e->args.size(); ++i) {
      if (IsEager(*e, i)) MarkUnconditional(e->args[i], scope);
    }
  }

  /// The outermost block in which `id` is evaluated anyway; else `scope`.
  Scope* HomeOf(int id, const Expr& e, Scope* scope) {
    Scope* home = scope;
    if (IsLeaf(e)) {
      while (!home->takes_leaves) home = home->parent;
      return home;
    }
    for (Scope* s = scope; s != nullptr; s = s->parent) {
      if (s->unconditional.contains(id)) home = s;
    }
    return home;
  }

  int Emit(const ExprPtr& e, Scope* scope) {
    const int id = interner_.Intern(e);
    for (Scope* s = scope; s != nullptr; s = s->parent) {
      if (const auto it = s->registers.find(id); it != s->registers.end()) return it->second;
    }
    Scope* const home = HomeOf(id, *e, scope);
    Step step;
    step.expr = e;
    for (size_t i = 0; i < e->args.size(); ++i) {
      if (IsEager(*e, i)) step.args.push_back(Emit(e->args[i], home));
    }
    for (size_t i = 0; i < e->args.size(); ++i) {
      if (!IsEager(*e, i)) step.branches.push_back(Branch(e->args[i], home));
    }
    if (e->kind == ExprKind::kCall) step.cache = program_.num_caches++;
    step.out = program_.num_registers++;
    home->registers.emplace(id, step.out);
    home->block->steps.push_back(std::move(step));
    return home->registers.at(id);
  }

  Block Branch(const ExprPtr& e, Scope* parent) {
    Block block;
    Scope scope{parent, &block, false, {}, {}};
    MarkUnconditional(e, &scope);
    block.result = Emit(e, &scope);
    return block;
  }

  static void CollectRegisters(const Block& block, std::unordered_set<int>* written,
                               std::unordered_set<int>* read) {
    for (const Step& step : block.steps) {
      written->insert(step.out);
      read->insert(step.args.begin(), step.args.end());
      for (const Block& branch : step.branches) CollectRegisters(branch, written, read);
    }
    if (block.result >= 0) read->insert(block.result);
  }

  void CollectCarried() {
    std::unordered_set<int> written, read;
    CollectRegisters(program_.projection, &written, &read);
    read.insert(program_.results.begin(), program_.results.end());
    for (const int r : read) {
      if (!written.contains(r)) program_.carried.push_back(r);
    }
    std::sort(program_.carried.begin(), program_.carried.end());
  }

  CompiledProgram program_;
  Interner interner_;
};

}  // namespace

CompiledProgram CompileSteps(const std::vector<ExprPtr>& conjuncts,
                             const std::vector<ExprPtr>& projection) {
  return Compiler().Compile(conjuncts, projection);
}

}  // namespace thalweg::expr
