// UnionNode: UNION ALL; rows of all inputs in arrival order. Watermark: the minimum of the inputs.
#pragma once

namespace thalweg::graph {

struct UnionNode {};

}  // namespace thalweg::graph
