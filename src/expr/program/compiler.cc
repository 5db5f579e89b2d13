#include <algorithm>
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

/// Worth evaluating on every row rather than finding out which rows need it.
bool IsCheap(const Expr& e) {
  switch (e.kind) {
    case ExprKind::kColumn:
    case ExprKind::kLiteral:
      return true;
    case ExprKind::kCall:
      if (!e.bound.total) return false;
      break;
    case ExprKind::kAnd:
    case ExprKind::kOr:
      break;
    default:
      return false;
  }
  return std::all_of(e.args.begin(), e.args.end(), [](const ExprPtr& a) {
    const auto physical = data::PhysicalTypeOf(a->type);
    return physical < data::PhysicalType::kString && IsCheap(*a);
  });
}

/// The argument is evaluated on every row on which the expression is.
bool IsEager(const Expr& e, size_t arg) {
  if (arg == 0 || !IsLazy(e.kind)) return true;
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
  CompiledProgram Compile(const std::vector<ExprPtr>& exprs) {
    Scope root{nullptr, &program_.root, {}, {}};
    for (const auto& e : exprs) MarkUnconditional(e, &root);
    for (const auto& e : exprs) program_.results.push_back(Emit(e, &root));
    return std::move(program_);
  }

 private:
  struct Scope {
    Scope* parent;
    Block* block;
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
    for (Scope* s = scope; s != nullptr; s = s->parent) {
      if (s->unconditional.contains(id)) home = s;
      if (s->parent == nullptr && (e.kind == ExprKind::kColumn || e.kind == ExprKind::kLiteral)) {
        home = s;
      }
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
    Scope scope{parent, &block, {}, {}};
    MarkUnconditional(e, &scope);
    block.result = Emit(e, &scope);
    return block;
  }

  CompiledProgram program_;
  Interner interner_;
};

}  // namespace

CompiledProgram CompileSteps(const std::vector<ExprPtr>& exprs) {
  return Compiler().Compile(exprs);
}

}  // namespace thalweg::expr
