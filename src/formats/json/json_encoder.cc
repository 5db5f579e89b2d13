#include "formats/json/json_encoder.h"

#include <cmath>

#include "data/print.h"
#include "formats/json/json_text.h"
#include "formats/text/base64.h"
#include "formats/text/number_text.h"
#include "formats/text/time_output.h"

namespace thalweg::formats::json {
namespace {

using data::Column;
using data::Type;
using data::TypeRoot;

std::string QuotedName(const std::string& name) {
  std::string s;
  AppendJsonString(name, true, &s);
  s += ':';
  return s;
}

}  // namespace

JsonEncoder::JsonEncoder(const data::Schema& schema, const JsonOptions& options)
    : options_(options),
      separator_(options.timestamps == text::TimestampStandard::kSql ? ' ' : 'T') {
  for (const data::Field& f : schema) {
    names_.push_back(QuotedName(f.name));
    columns_.push_back(MakePlan(f.type));
  }
}

JsonEncoder::Plan JsonEncoder::MakePlan(const Type& type) {
  Plan plan{type, {}, {}};
  for (int i = 0; i < type.num_children(); ++i) {
    plan.children.push_back(MakePlan(type.child(i)));
    if (type.root() == TypeRoot::kRow) {
      plan.names.push_back(QuotedName(type.fields()[static_cast<size_t>(i)].name));
    }
  }
  if (type.root() == TypeRoot::kMultiset) plan.children.push_back(MakePlan(Type::Int()));
  return plan;
}

void JsonEncoder::AppendScalar(const Type& type, const Column& s, int32_t i,
                               std::string* out) const {
  switch (type.root()) {
    case TypeRoot::kBoolean:
      out->append(s.values<uint8_t>()[i] != 0 ? "true" : "false");
      return;
    case TypeRoot::kTinyint:
      return data::AppendInt(s.values<int8_t>()[i], out);
    case TypeRoot::kSmallint:
      return data::AppendInt(s.values<int16_t>()[i], out);
    case TypeRoot::kInt:
    case TypeRoot::kIntervalYearMonth:
      return data::AppendInt(s.values<int32_t>()[i], out);
    case TypeRoot::kBigint:
    case TypeRoot::kIntervalDayTime:
      return data::AppendInt(s.values<int64_t>()[i], out);
    case TypeRoot::kFloat: {
      const float f = s.values<float>()[i];
      if (!std::isfinite(f)) out->push_back('"');
      data::AppendFloat(f, out);
      if (!std::isfinite(f)) out->push_back('"');
      return;
    }
    case TypeRoot::kDouble: {
      const double d = s.values<double>()[i];
      if (!std::isfinite(d)) out->push_back('"');
      data::AppendDouble(d, out);
      if (!std::isfinite(d)) out->push_back('"');
      return;
    }
    case TypeRoot::kDecimal:
      if (options_.decimal_as_plain_number) {
        data::AppendDecimal(s.values<__int128>()[i], type.scale(), out);
      } else {
        text::AppendDecimalStripped(s.values<__int128>()[i], type.scale(), out);
      }
      return;
    case TypeRoot::kDate:
      out->push_back('"');
      text::AppendDate(s.values<int32_t>()[i], out);
      out->push_back('"');
      return;
    case TypeRoot::kTime:
      out->push_back('"');
      text::AppendTime(s.values<int32_t>()[i], false, out);
      out->push_back('"');
      return;
    case TypeRoot::kTimestamp:
    case TypeRoot::kTimestampLtz:
      out->push_back('"');
      text::AppendTimestamp(s.values<int64_t>()[i], type.precision(), separator_,
                            type.root() == TypeRoot::kTimestampLtz, out);
      out->push_back('"');
      return;
    case TypeRoot::kBinary:
    case TypeRoot::kVarbinary:
      out->push_back('"');
      text::AppendBase64(s.values<std::string_view>()[i], out);
      out->push_back('"');
      return;
    case TypeRoot::kChar:
    case TypeRoot::kVarchar:
      return AppendJsonString(s.values<std::string_view>()[i], true, out);
    default:
      out->append("null");
  }
}

Status JsonEncoder::AppendMap(const Plan& plan, const Column& s, int32_t i, std::string* out) {
  out->push_back('{');
  bool first = true;
  for (int32_t e = s.offsets()[i]; e < s.offsets()[i + 1]; ++e) {
    const Column& keys = *s.children()[0];
    std::string_view key = options_.map_null_key_literal;
    if (!keys.IsNull(e)) {
      key = keys.At<std::string_view>(e);
    } else if (options_.map_null_key_mode == MapNullKeyMode::kDrop) {
      continue;
    } else if (options_.map_null_key_mode == MapNullKeyMode::kFail) {
      return Status::Evaluation(
          "the json format cannot write a MAP with a NULL key; set 'json.map-null-key.mode' to "
          "DROP or LITERAL");
    }
    if (!first) out->push_back(',');
    first = false;
    AppendJsonString(key, true, out);
    out->push_back(':');
    TW_RETURN_IF_ERROR(AppendValue(plan.children[1], *s.children()[1], e, out));
  }
  out->push_back('}');
  return Status::OK();
}

Status JsonEncoder::AppendValue(const Plan& plan, const Column& column, int32_t row,
                                std::string* out) {
  if (plan.type.root() == TypeRoot::kNull || column.IsNull(row)) {
    out->append("null");
    return Status::OK();
  }
  const Column& s = column.storage();
  const int32_t i = column.StorageIndex(row);
  switch (plan.type.root()) {
    case TypeRoot::kArray:
      out->push_back('[');
      for (int32_t e = s.offsets()[i]; e < s.offsets()[i + 1]; ++e) {
        if (e > s.offsets()[i]) out->push_back(',');
        TW_RETURN_IF_ERROR(AppendValue(plan.children[0], *s.children()[0], e, out));
      }
      out->push_back(']');
      return Status::OK();
    case TypeRoot::kMap:
    case TypeRoot::kMultiset:
      return AppendMap(plan, s, i, out);
    case TypeRoot::kRow: {
      out->push_back('{');
      bool first = true;
      for (size_t f = 0; f < plan.children.size(); ++f) {
        const Column& child = *s.children()[f];
        if (options_.ignore_null_fields && child.IsNull(i)) continue;
        if (!first) out->push_back(',');
        first = false;
        out->append(plan.names[f]);
        TW_RETURN_IF_ERROR(AppendValue(plan.children[f], child, i, out));
      }
      out->push_back('}');
      return Status::OK();
    }
    default:
      AppendScalar(plan.type, s, i, out);
      return Status::OK();
  }
}

Status JsonEncoder::Encode(const data::Batch& batch, std::string* out) {
  const data::Rows rows = batch.rows();
  for (int32_t k = 0; k < rows.count(); ++k) {
    const int32_t row = rows[k];
    out->push_back('{');
    bool first = true;
    for (size_t c = 0; c < columns_.size(); ++c) {
      if (options_.ignore_null_fields && batch.columns[c]->IsNull(row)) continue;
      if (!first) out->push_back(',');
      first = false;
      out->append(names_[c]);
      TW_RETURN_IF_ERROR(AppendValue(columns_[c], *batch.columns[c], row, out));
    }
    out->append("}\n");
  }
  return Status::OK();
}

}  // namespace thalweg::formats::json
