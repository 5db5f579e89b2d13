// Step, Block: the flat form of expressions that Program runs.
//
// A step writes one register. Steps of a block run in order on the block's rows; a step may hold
// branches, blocks that it runs on some of its rows only. A register written in a block is valid
// for the block's rows, so branches may read the registers of enclosing blocks.
#pragma once

#include <vector>

#include "expr/expr.h"

namespace thalweg::expr {

struct Step;

struct Block {
  std::vector<Step> steps;
  int result = -1;  // register
};

struct Step {
  ExprPtr expr;
  int out = -1;
  /// Registers that are valid before the step runs. kCall: all arguments. kField: the row. kAnd,
  /// kOr: the conditions that are evaluated on every row. kCase: the first condition, or all
  /// arguments where none has a branch. kCoalesce: the first argument.
  std::vector<int> args;
  /// kAnd, kOr: the other conditions. kCase: value 1, condition 2, value 2, ..., else, or
  /// none. kCoalesce: the other arguments.
  std::vector<Block> branches;
  /// kCall on a dictionary: index into the executor's caches; -1: none.
  int cache = -1;
};

/// What the executor runs on a batch, in this order. A register that one part writes may be read by
/// the later ones: they run on the same rows or on fewer.
struct CompiledProgram {
  /// Conditions, each run on the rows where the former ones are TRUE.
  std::vector<Block> conjuncts;
  /// The batch's columns, their fields, and the literals that only the projection reads.
  Block inputs;
  Block projection;
  /// Registers from the parts before that the projection reads or returns: what must be compacted
  /// when few rows are left.
  std::vector<int> carried;
  std::vector<int> results;  // the register of each projected expression
  int num_registers = 0;
  int num_caches = 0;
};
CompiledProgram CompileSteps(const std::vector<ExprPtr>& conjuncts,
                             const std::vector<ExprPtr>& projection);

}  // namespace thalweg::expr
