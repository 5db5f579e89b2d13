#include "connectors/datagen/row_pruning.h"

#include <algorithm>
#include <cstring>

#include "base/status.h"

namespace thalweg::connectors {

data::ColumnPtr PruneRow(const data::ColumnPtr& column, const data::Type& wanted) {
  if (wanted.EqualsIgnoringNullability(column->type())) return column;
  TW_CHECK(wanted.root() == data::TypeRoot::kRow && column->type().root() == wanted.root(),
           wanted.ToSummary() + " of " + column->type().ToSummary());
  std::vector<data::ColumnPtr> children;
  for (const data::Field& field : wanted.fields()) {
    const auto& all = column->type().fields();
    const auto found = std::ranges::find(all, field.name, &data::Field::name);
    TW_CHECK(found != all.end(), field.name);
    children.push_back(
        PruneRow(column->children()[static_cast<size_t>(found - all.begin())], field.type));
  }
  auto row = data::Column::MakeRow(wanted, column->size(), std::move(children));
  if (column->validity() != nullptr) {
    std::memcpy(row->MutableValidity(), column->validity(), static_cast<size_t>(column->size()));
  }
  return row;
}

}  // namespace thalweg::connectors
