#include "expr/registry.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "expr/reference.h"

namespace thalweg::expr {
namespace {

TEST(RegistryTest, FindsByAnyCaseAndAlias) {
  ASSERT_NE(FindScalarFunction("abs"), nullptr);
  EXPECT_EQ(FindScalarFunction("abs")->name, "ABS");
  EXPECT_EQ(FindScalarFunction("MOD"), FindScalarFunction("%"));
  EXPECT_EQ(FindScalarFunction("NO_SUCH_FUNCTION"), nullptr);
  ASSERT_NE(FindAggregateFunction("variance"), nullptr);
  EXPECT_EQ(FindAggregateFunction("variance")->name, "VAR_SAMP");
}

TEST(RegistryTest, EveryEntryDocumentsItself) {
  for (const ScalarFunction* f : AllScalarFunctions()) {
    EXPECT_FALSE(f->signature.empty()) << f->name;
    EXPECT_GE(f->doc.size(), 8u) << f->name;
    EXPECT_EQ(f->doc.back(), '.') << f->name;
  }
  for (const AggregateFunction* f : AllAggregateFunctions()) {
    EXPECT_GE(f->doc.size(), 8u) << f->name;
    EXPECT_FALSE(f->example.expression.empty()) << f->name;
  }
}

TEST(RegistryTest, ReferenceListsEveryFunction) {
  const std::string page = FunctionReference();
  for (const ScalarFunction* f : AllScalarFunctions()) {
    EXPECT_NE(page.find(f->example.expression.substr(0, 3)), page.npos) << f->name;
  }
  EXPECT_NE(page.find("## Arithmetic"), page.npos);
  EXPECT_NE(page.find("`ABS(numeric)`"), page.npos);
}

// docs/functions.md is what the registry says; THALWEG_BLESS=1 writes it anew.
TEST(RegistryTest, TheCommittedReferenceIsCurrent) {
  constexpr char kPath[] = "docs/functions.md";  // tests run in the repository's root
  if (std::getenv("THALWEG_BLESS") != nullptr) std::ofstream(kPath) << FunctionReference();
  std::ifstream in(kPath);
  std::stringstream page;
  page << in.rdbuf();
  EXPECT_EQ(page.str(), FunctionReference()) << "run THALWEG_BLESS=1 expr_test";
}

}  // namespace
}  // namespace thalweg::expr
