#include "sql/statement_splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace thalweg::sql {
namespace {

std::vector<std::string> Split(std::string_view script, std::string* error = nullptr) {
  StatementSplitter splitter(script);
  std::vector<std::string> out;
  while (true) {
    auto next = splitter.Next();
    if (!next.ok()) {
      if (error != nullptr) *error = next.status().message();
      return out;
    }
    if (!*next) return out;
    out.emplace_back(script.substr((*next)->begin, (*next)->end - (*next)->begin));
  }
}

using List = std::vector<std::string>;

TEST(StatementSplitterTest, Plain) {
  EXPECT_EQ(Split("a; b ;;\r\n c"), (List{"a", "b", "c"}));
  EXPECT_EQ(Split(" -- only ; a comment\n"), List{});
  EXPECT_EQ(Split("SET 'a'=';' ; /* ; */ x `;`;"), (List{"SET 'a'=';'", "x `;`"}));
}

TEST(StatementSplitterTest, StatementSet) {
  EXPECT_EQ(Split("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN b THEN 1 END; "
                  "INSERT INTO c SELECT 2; END; x"),
            (List{"EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN b THEN 1 END; "
                  "INSERT INTO c SELECT 2; END",
                  "x"}));
  EXPECT_EQ(Split("BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END; y"),
            (List{"BEGIN STATEMENT SET", "INSERT INTO a SELECT 1", "END", "y"}));
}

TEST(StatementSplitterTest, WhatStandsBeforeAnErrorIsReturned) {
  std::string error;
  EXPECT_EQ(Split("a; b 'open", &error), (List{"a"}));
  EXPECT_NE(error.find("never closed"), std::string::npos);
}

}  // namespace
}  // namespace thalweg::sql
