// FLOOR and CEIL of a date, time or timestamp to a unit: the two-argument overloads of functions
// whose numeric forms live elsewhere.
#pragma once

#include "expr/function.h"

namespace thalweg::expr {

/// (datetime, literal unit). Weeks begin on Sunday. TIMESTAMP_LTZ is cut in the session's zone.
Result<BoundFunction> BindFloorTo(const BindArgs& args);
Result<BoundFunction> BindCeilTo(const BindArgs& args);

}  // namespace thalweg::expr
