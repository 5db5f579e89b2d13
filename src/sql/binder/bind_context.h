// BindContext: what binding a statement may look at. Borrowed for one statement.
#pragma once

#include "base/configuration.h"
#include "connectors/registry.h"
#include "expr/eval_context.h"
#include "sql/catalog/catalog.h"

namespace thalweg::sql {

struct BindContext {
  const Catalog& catalog;
  const Configuration& configuration;
  expr::EvalContext eval;
  connectors::ConnectorContext connector;
  bool streaming = true;
};

}  // namespace thalweg::sql
