// The JSON functions of the standard, with their clauses.
#include "sql/parser/parser.h"

namespace thalweg::sql {

// NULL|ERROR|TRUE|FALSE|UNKNOWN|EMPTY [ARRAY|OBJECT]|DEFAULT e, then ON {EMPTY|ERROR}.
Status Parser::ParseJsonBehaviour(ast::Call* call) {
  ast::Call::Clause clause;
  std::string behaviour;
  if (TakeWord("DEFAULT")) {
    behaviour = "DEFAULT";
    TW_ASSIGN_OR_RETURN(clause.value, ParseExpr());
  } else {
    behaviour = Take().upper;
    if (behaviour == "EMPTY" && (AtWord("ARRAY") || AtWord("OBJECT"))) {
      behaviour += " " + Take().upper;
    }
  }
  TW_RETURN_IF_ERROR(ExpectWord("ON"));
  if (!AtWord("EMPTY") && !AtWord("ERROR")) return Unexpected("EMPTY or ERROR");
  clause.name = behaviour + " ON " + Take().upper;
  call->clauses.push_back(std::move(clause));
  return Status::OK();
}

Result<ast::ExprPtr> Parser::ParseJsonCall(std::shared_ptr<ast::Call> call) {
  const std::string& name = call->name;
  auto add = [&]() -> Status {
    TW_ASSIGN_OR_RETURN(ast::ExprPtr arg, ParseExpr());
    call->args.push_back(std::move(arg));
    return Status::OK();
  };
  bool object = name == "JSON_OBJECT" || name == "JSON_OBJECTAGG";
  bool array = name == "JSON_ARRAY" || name == "JSON_ARRAYAGG";
  if (!object && !array) {
    TW_RETURN_IF_ERROR(add());
    if (TakeWords({"FORMAT", "JSON"})) call->clauses.push_back({"FORMAT JSON", nullptr, {}});
    TW_RETURN_IF_ERROR(ExpectSymbol(","));
    TW_RETURN_IF_ERROR(add());
  } else if (object) {
    while (!AtSymbol(")") && !(AtWord("NULL") && AtWord("ON", 1)) &&
           !(AtWord("ABSENT") && AtWord("ON", 1))) {
      bool key_word = AtWord("KEY") && !AtSymbol(":", 1) && !AtSymbol(",", 1);
      if (key_word) Take();
      TW_RETURN_IF_ERROR(add());
      if (!TakeWord("VALUE") && !TakeSymbol(":")) TW_RETURN_IF_ERROR(ExpectSymbol(","));
      TW_RETURN_IF_ERROR(add());
      TakeWords({"FORMAT", "JSON"});
      if (!TakeSymbol(",")) break;
    }
  } else {
    while (!AtSymbol(")") && !(AtWord("NULL") && AtWord("ON", 1)) &&
           !(AtWord("ABSENT") && AtWord("ON", 1))) {
      TW_RETURN_IF_ERROR(add());
      TakeWords({"FORMAT", "JSON"});
      if (!TakeSymbol(",")) break;
    }
  }
  while (!AtSymbol(")")) {
    if (TakeWord("RETURNING")) {
      ast::Call::Clause clause;
      clause.name = "RETURNING";
      TW_ASSIGN_OR_RETURN(clause.type, ParseType());
      call->clauses.push_back(std::move(clause));
    } else if (TakeWords({"NULL", "ON", "NULL"})) {
      call->clauses.push_back({"NULL ON NULL", nullptr, {}});
    } else if (TakeWords({"ABSENT", "ON", "NULL"})) {
      call->clauses.push_back({"ABSENT ON NULL", nullptr, {}});
    } else if (AtWord("WITH") || AtWord("WITHOUT")) {
      std::string wrapper = Take().upper;
      if (AtWord("CONDITIONAL") || AtWord("UNCONDITIONAL")) wrapper += " " + Take().upper;
      TakeWord("ARRAY");
      TW_RETURN_IF_ERROR(ExpectWord("WRAPPER"));
      call->clauses.push_back({wrapper + " WRAPPER", nullptr, {}});
    } else if (AtWord("NULL") || AtWord("ERROR") || AtWord("DEFAULT") || AtWord("EMPTY") ||
               AtWord("TRUE") || AtWord("FALSE") || AtWord("UNKNOWN")) {
      TW_RETURN_IF_ERROR(ParseJsonBehaviour(call.get()));
    } else {
      return Unexpected("')'");
    }
  }
  TW_RETURN_IF_ERROR(ExpectSymbol(")"));
  TW_RETURN_IF_ERROR(ParseCallSuffixes(call.get()));
  call->span = SpanFrom(call->name_span.begin);
  return Finish(std::move(call));
}

}  // namespace thalweg::sql
