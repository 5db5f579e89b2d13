// The reference page of all functions, docs/functions.md, generated from the registry.
#pragma once

#include <string>

namespace thalweg::expr {

/// One section a category, one entry a function: signature, what it does, an example.
std::string FunctionReference();

}  // namespace thalweg::expr
