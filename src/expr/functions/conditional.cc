// CASE and what is short for it: forms (expr/forms.cc), so the entries only document.
#include "expr/functions/families.h"

namespace thalweg::expr {
namespace {

constexpr auto kCategory = FunctionCategory::kConditional;

const ScalarFunction kFunctions[] = {
    {"CASE",
     {},
     kCategory,
     "CASE [value] WHEN x THEN result [WHEN ...] [ELSE result] END",
     "The result of the first branch whose condition holds, else NULL; the others are not "
     "evaluated.",
     {"CASE WHEN 1 = 2 THEN 'a' ELSE 'b' END", "b"},
     nullptr},
    {"COALESCE",
     {},
     kCategory,
     "COALESCE(value1 [, value2]*)",
     "The first value that is not NULL; later ones are not evaluated.",
     {"COALESCE(CAST(NULL AS INT), 5)", "5"},
     nullptr},
    {"IFNULL",
     {},
     kCategory,
     "IFNULL(value, replacement)",
     "The value, or the replacement where it is NULL.",
     {"IFNULL(CAST(NULL AS INT), 5)", "5"},
     nullptr},
    {"IF",
     {},
     kCategory,
     "IF(condition, then, else)",
     "`then` where the condition is TRUE, else `else`.",
     {"IF(5 > 3, 'yes', 'no')", "yes"},
     nullptr},
    {"NULLIF",
     {},
     kCategory,
     "NULLIF(value1, value2)",
     "NULL where both values are equal, else value1.",
     {"NULLIF(5, 0)", "5"},
     nullptr},
};

}  // namespace

FunctionFamily ConditionalFunctions() { return kFunctions; }

}  // namespace thalweg::expr
