// Literals: numbers, strings, DATE/TIME/TIMESTAMP/INTERVAL, and time units.
#include "sql/parser/parser.h"

namespace thalweg::sql {
namespace {

using data::IntervalResolution;

// Plural forms are accepted, as in Calcite.
std::string SingularUnit(const std::string& word) {
  for (std::string_view unit :
       {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"}) {
    if (word == unit || (word.size() == unit.size() + 1 &&
                         word.compare(0, unit.size(), unit) == 0 && word.back() == 'S')) {
      return std::string(unit);
    }
  }
  return "";
}

}  // namespace

Result<ast::ExprPtr> Parser::ParseLiteralOrNull() {
  const Token& token = Peek();
  auto literal = std::make_shared<ast::Literal>();
  literal->span = token.span;
  using ast::LiteralKind;
  auto plain = [&](LiteralKind kind) -> ast::ExprPtr {
    literal->literal = kind;
    literal->text = Take().text;
    return literal;
  };
  switch (token.kind) {
    case TokenKind::kInteger:
      return plain(LiteralKind::kInteger);
    case TokenKind::kDecimal:
      return plain(LiteralKind::kDecimal);
    case TokenKind::kApproximate:
      return plain(LiteralKind::kApproximate);
    case TokenKind::kBinary:
      return plain(LiteralKind::kBinary);
    case TokenKind::kString: {
      literal->literal = LiteralKind::kString;
      TW_ASSIGN_OR_RETURN(literal->text, ParseString("a string"));
      literal->span = SpanFrom(literal->span.begin);
      return ast::ExprPtr(std::move(literal));
    }
    case TokenKind::kWord:
      break;
    default:
      return ast::ExprPtr();
  }
  if (token.upper == "NULL") return plain(LiteralKind::kNull);
  if (token.upper == "TRUE") return plain(LiteralKind::kTrue);
  if (token.upper == "FALSE") return plain(LiteralKind::kFalse);
  if (token.upper == "UNKNOWN") return plain(LiteralKind::kUnknown);
  if (token.upper == "INTERVAL") return ParseInterval();
  if (token.upper == "TIMESTAMP" && AtWord("WITH", 1) && AtWord("LOCAL", 2)) {
    if (!AtWord("TIME", 3) || !AtWord("ZONE", 4) || Peek(5).kind != TokenKind::kString) {
      return ast::ExprPtr();
    }
    position_ += 5;
    literal->literal = LiteralKind::kTimestamp;
    literal->qualifier = "LTZ";
    TW_ASSIGN_OR_RETURN(literal->text, ParseString("a string"));
    literal->span = SpanFrom(literal->span.begin);
    return ast::ExprPtr(std::move(literal));
  }
  bool string_follows = Peek(1).kind == TokenKind::kString;
  if (string_follows &&
      (token.upper == "DATE" || token.upper == "TIME" || token.upper == "TIMESTAMP")) {
    literal->literal = token.upper == "DATE"   ? LiteralKind::kDate
                       : token.upper == "TIME" ? LiteralKind::kTime
                                               : LiteralKind::kTimestamp;
    Take();
    TW_ASSIGN_OR_RETURN(literal->text, ParseString("a string"));
    literal->span = SpanFrom(literal->span.begin);
    return ast::ExprPtr(std::move(literal));
  }
  return ast::ExprPtr();
}

Result<ast::ExprPtr> Parser::ParseInterval() {
  auto literal = std::make_shared<ast::Literal>();
  literal->literal = ast::LiteralKind::kInterval;
  uint32_t begin = Peek().span.begin;
  TW_RETURN_IF_ERROR(ExpectWord("INTERVAL"));
  if (TakeSymbol("-")) {
    literal->negative = true;
  } else {
    TakeSymbol("+");
  }
  if (Peek().kind == TokenKind::kInteger || AtName() || AtSymbol("(")) {
    // INTERVAL n UNIT: n of one unit.
    ast::ExprPtr count;
    if (AtSymbol("(")) {
      TW_ASSIGN_OR_RETURN(count, ParseParenthesized());
    } else {
      TW_ASSIGN_OR_RETURN(count, ParsePrimary());
    }
    TW_RETURN_IF_ERROR(
        ParseIntervalQualifier(&literal->qualifier, &literal->interval_type, &literal->fraction));
    literal->text = "1";
    literal->span = SpanFrom(begin);
    return Finish(NewOperator("*", {count, ast::ExprPtr(literal)}));
  }
  TW_ASSIGN_OR_RETURN(literal->text, ParseString("a string such as '1' after INTERVAL"));
  TW_RETURN_IF_ERROR(
      ParseIntervalQualifier(&literal->qualifier, &literal->interval_type, &literal->fraction));
  literal->span = SpanFrom(begin);
  return ast::ExprPtr(std::move(literal));
}

Status Parser::ParseIntervalQualifier(std::string* qualifier, data::Type* type,
                                      std::optional<int32_t>* written_fraction) {
  constexpr std::string_view kExpected =
      "a unit: YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE or SECOND";
  std::string from = Peek().kind == TokenKind::kWord ? SingularUnit(Peek().upper) : "";
  if (from.empty()) return Unexpected(kExpected);
  Take();
  int32_t leading = 2;
  int32_t fraction = 6;
  bool explicit_leading = false;
  if (TakeSymbol("(")) {
    explicit_leading = true;
    TW_ASSIGN_OR_RETURN(leading, ParseSmallInteger("the precision of an interval", 0, 10));
    if (from == "SECOND" && TakeSymbol(",")) {
      TW_ASSIGN_OR_RETURN(fraction, ParseSmallInteger("the fraction of an interval", 0, 9));
      if (written_fraction != nullptr) *written_fraction = fraction;
    }
    TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  }
  // "TO" belongs to the interval only if it can: FLOOR(t + INTERVAL '1' DAY TO YEAR).
  std::string to;
  if (AtWord("TO") && Peek(1).kind == TokenKind::kWord) to = SingularUnit(Peek(1).upper);
  const bool range = (from == "YEAR" && to == "MONTH") ||
                     (from == "DAY" && (to == "HOUR" || to == "MINUTE" || to == "SECOND")) ||
                     (from == "HOUR" && (to == "MINUTE" || to == "SECOND")) ||
                     (from == "MINUTE" && to == "SECOND");
  if (range) {
    Take();
    Take();
    if (to == "SECOND" && TakeSymbol("(")) {
      TW_ASSIGN_OR_RETURN(fraction, ParseSmallInteger("the fraction of an interval", 0, 9));
      if (written_fraction != nullptr) *written_fraction = fraction;
      TW_RETURN_IF_ERROR(ExpectSymbol(")"));
    }
  } else {
    to.clear();
  }
  (void)explicit_leading;
  *qualifier = to.empty() ? from : from + " TO " + to;
  struct Entry {
    std::string_view text;
    IntervalResolution resolution;
    bool year_month;
  };
  static constexpr Entry kEntries[] = {
      {"YEAR", IntervalResolution::kYear, true},
      {"QUARTER", IntervalResolution::kMonth, true},
      {"MONTH", IntervalResolution::kMonth, true},
      {"YEAR TO MONTH", IntervalResolution::kYearToMonth, true},
      {"WEEK", IntervalResolution::kDay, false},
      {"DAY", IntervalResolution::kDay, false},
      {"DAY TO HOUR", IntervalResolution::kDayToHour, false},
      {"DAY TO MINUTE", IntervalResolution::kDayToMinute, false},
      {"DAY TO SECOND", IntervalResolution::kDayToSecond, false},
      {"HOUR", IntervalResolution::kHour, false},
      {"HOUR TO MINUTE", IntervalResolution::kHourToMinute, false},
      {"HOUR TO SECOND", IntervalResolution::kHourToSecond, false},
      {"MINUTE", IntervalResolution::kMinute, false},
      {"MINUTE TO SECOND", IntervalResolution::kMinuteToSecond, false},
      {"SECOND", IntervalResolution::kSecond, false},
  };
  for (const Entry& entry : kEntries) {
    if (*qualifier != entry.text) continue;
    *type = entry.year_month ? data::Type::IntervalYearMonth(entry.resolution, leading)
                             : data::Type::IntervalDayTime(entry.resolution, leading, fraction);
  }
  return Status::OK();
}

Result<std::string> Parser::ParseTimeUnit() {
  static constexpr std::string_view kUnits[] = {
      "NANOSECOND", "MICROSECOND", "MILLISECOND", "SECOND", "MINUTE",  "HOUR",       "DAY",
      "WEEK",       "MONTH",       "QUARTER",     "YEAR",   "DECADE",  "CENTURY",    "MILLENNIUM",
      "EPOCH",      "DOW",         "ISODOW",      "DOY",    "ISOYEAR", "FRAC_SECOND"};
  if (Peek().kind == TokenKind::kWord) {
    std::string word = Peek().upper;
    if (word.compare(0, 8, "SQL_TSI_") == 0) word = word.substr(8);
    std::string singular = SingularUnit(word);
    if (!singular.empty()) word = singular;
    for (std::string_view unit : kUnits) {
      if (word == unit) {
        Take();
        return word;
      }
      AtWord(unit);  // for the suggestion
    }
  }
  return Unexpected("a time unit such as SECOND, HOUR or DAY");
}

}  // namespace thalweg::sql
