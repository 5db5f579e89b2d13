// PRINTF.
#include "data/civil_time.h"
#include "expr/functions/signature.h"
#include "expr/functions/string/java_format.h"
#include "expr/functions/string/string_families.h"
#include "expr/kernel.h"

namespace thalweg::expr {

namespace {

using data::PhysicalType;
using data::Type;

/// Row `row` of an argument as Java's Formatter would see it; `text` holds what must live on.
FormatArg ArgAt(const data::Column& c, int32_t row, std::string* text) {
  using Kind = FormatArg::Kind;
  FormatArg arg;
  const int32_t i = c.encoding() == data::Encoding::kConstant ? 0 : row;
  if (c.validity() != nullptr && c.validity()[i] == 0) return arg;
  switch (c.physical()) {
    case PhysicalType::kBool:
      arg.kind = Kind::kBoolean;
      arg.integer = c.values<uint8_t>()[i];
      break;
    case PhysicalType::kInt8:
      arg = {Kind::kInteger, c.values<int8_t>()[i], 1};
      break;
    case PhysicalType::kInt16:
      arg = {Kind::kInteger, c.values<int16_t>()[i], 2};
      break;
    case PhysicalType::kInt32:
      arg = {Kind::kInteger, c.values<int32_t>()[i], 4};
      break;
    case PhysicalType::kInt64:
      if (c.type().is_timestamp()) {
        char buf[data::kMaxChars];
        const auto t = data::FromTimestamp(c.values<int64_t>()[i], c.type().precision());
        text->assign(buf, data::WriteJavaDateTime(t, buf));
        arg.kind = Kind::kText;
        arg.text = *text;
      } else {
        arg = {Kind::kInteger, c.values<int64_t>()[i], 8};
      }
      break;
    case PhysicalType::kFloat:
      arg.kind = Kind::kFloat;
      arg.number = c.values<float>()[i];
      break;
    case PhysicalType::kDouble:
      arg.kind = Kind::kDouble;
      arg.number = c.values<double>()[i];
      break;
    case PhysicalType::kString:
      arg.kind = Kind::kText;
      arg.text = c.values<std::string_view>()[i];
      break;
    default:
      break;
  }
  return arg;
}

/// NULL for a NULL or malformed format, and where an argument does not fit its conversion.
Status Printf(const KernelCall& call, data::Column* out) {
  const data::ColumnView<std::string_view> format(*call.args[0]);
  auto* to = out->mutable_values<std::string_view>();
  std::vector<FormatArg> args(call.args.size() - 1);
  std::vector<std::string> texts(args.size());
  std::string result;
  for (int32_t k = 0; k < call.rows.count(); ++k) {
    const int32_t i = call.rows[k];
    if (!format.valid(i)) {
      out->SetNull(i);
      continue;
    }
    for (size_t a = 0; a < args.size(); ++a) args[a] = ArgAt(*call.args[a + 1], i, &texts[a]);
    result.clear();
    switch (FormatAsJava(format[i], args, &result)) {
      case FormatResult::kOk:
        to[i] = call.arena->Add(result);
        break;
      case FormatResult::kMalformed:
        out->SetNull(i);
        break;
      case FormatResult::kUnsupported:
        return Status::NotSupported("PRINTF: a conversion %t, %h or %a in '" +
                                    std::string(format[i]) + "'");
    }
  }
  return Status::OK();
}

Result<BoundFunction> BindPrintf(const BindArgs& a) {
  auto m = MatchRepeated(a, {Arg::kString}, Arg::kAny, 0);
  if (!m) return NoMatch("PRINTF(format, argument, ...)", a);
  for (Type& t : m->params) {
    // A decimal is a text to %s and fits no other conversion, as in Flink.
    if (t.is_decimal()) t = Type::String().WithNullable(t.nullable());
    if (t.is_nested()) return Status::NotSupported("PRINTF of " + t.ToSummary());
  }
  return m->ReturnsExactly(Type::String(), &Printf, NullPolicy::kCustom);
}

}  // namespace

std::span<const ScalarFunction> PrintfFunctions() {
  static const ScalarFunction kEntries[] = {
      {"PRINTF",
       {},
       FunctionCategory::kString,
       "PRINTF(format, argument, ...)",
       "Text by a format string of Java's: '%s', '%5d', '%.2f', '%x', ... NULL if it is malformed "
       "or does not fit the arguments.",
       {"PRINTF('%s is %d years', 'Tom', 30)", "Tom is 30 years"},
       &BindPrintf},
  };
  return kEntries;
}

}  // namespace thalweg::expr
