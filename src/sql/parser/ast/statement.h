// Statements as parsed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sql/parser/ast/query.h"

namespace thalweg::sql::ast {

enum class StatementKind : uint8_t {
  kQuery,
  kCreateTable,
  kCreateView,
  kCreateDatabase,
  kDrop,
  kAlterTable,
  kAlterCatalog,
  kSet,
  kReset,
  kUse,
  kShow,
  kDescribe,
  kExplain,
  kInsert,
  kStatementSet,
  kBeginStatementSet,
  kEndStatementSet,
  kUnsupported,  ///< parsed only so far that it can be refused by its name
};

struct Statement {
  const StatementKind kind;
  SqlSpan span;
  virtual ~Statement() = default;

 protected:
  explicit Statement(StatementKind k) : kind(k) {}
};
using StatementPtr = std::shared_ptr<const Statement>;

template <typename T>
const T& As(const Statement& s) {
  return static_cast<const T&>(s);
}

/// 'key' = 'value' of WITH, with the place of each.
struct Option {
  std::string key;
  std::string value;
  SqlSpan key_span;
  SqlSpan value_span;
};

struct ColumnDefinition {
  enum class Kind : uint8_t { kPhysical, kComputed, kMetadata };
  Kind kind = Kind::kPhysical;
  Identifier name;
  data::Type type;           ///< not for kComputed
  ExprPtr expr;              ///< kComputed
  std::string metadata_key;  ///< kMetadata; empty: the column's name
  bool is_virtual = false;   ///< kMetadata
  bool primary_key = false;  ///< .. PRIMARY KEY NOT ENFORCED behind the column
  std::string comment;
  bool first = false;               ///< ALTER TABLE: .. FIRST
  std::optional<Identifier> after;  ///< ALTER TABLE: .. AFTER column
  SqlSpan span;
};

struct WatermarkDefinition {
  Identifier column;
  std::vector<Identifier> nested;  ///< WATERMARK FOR a.b
  ExprPtr expr;
  SqlSpan span;
};

struct PrimaryKey {
  std::string constraint_name;
  std::vector<Identifier> columns;
  SqlSpan span;
};

/// {INCLUDING|EXCLUDING|OVERWRITING} {ALL|CONSTRAINTS|..} in LIKE
struct LikeOption {
  enum class Strategy : uint8_t { kIncluding, kExcluding, kOverwriting };
  enum class Feature : uint8_t {
    kAll,
    kConstraints,
    kDistribution,
    kPartitions,
    kGenerated,
    kMetadata,
    kOptions,
    kWatermarks
  };
  Strategy strategy = Strategy::kIncluding;
  Feature feature = Feature::kAll;
  SqlSpan span;
};

struct CreateTable final : Statement {
  CreateTable() : Statement(StatementKind::kCreateTable) {}
  bool temporary = false;
  bool if_not_exists = false;
  bool replace = false;
  bool must_exist = false;  ///< REPLACE TABLE without CREATE OR
  Name name;
  std::vector<ColumnDefinition> columns;
  std::vector<Identifier> identifier_columns;  ///< CREATE TABLE t (a, b) .. AS: names only
  std::vector<WatermarkDefinition> watermarks;
  std::vector<PrimaryKey> primary_keys;
  std::string comment;
  std::string distribution;  ///< "DISTRIBUTED BY HASH(`a`) INTO 4 BUCKETS"
  std::vector<Identifier> partitioned_by;
  std::vector<Option> options;
  std::optional<Name> like;
  std::vector<LikeOption> like_options;
  QueryPtr query;  ///< CREATE TABLE .. AS
  SqlSpan query_span;
};

struct CreateView final : Statement {
  CreateView() : Statement(StatementKind::kCreateView) {}
  bool temporary = false;
  bool if_not_exists = false;
  Name name;
  std::vector<Identifier> columns;
  std::string comment;
  QueryPtr query;
};

/// CREATE DATABASE and CREATE CATALOG.
struct CreateDatabase final : Statement {
  CreateDatabase() : Statement(StatementKind::kCreateDatabase) {}
  bool catalog = false;
  bool if_not_exists = false;
  Name name;
  std::string comment;
  std::vector<Option> options;
};

/// BEGIN STATEMENT SET: the INSERTs up to END are one job.
struct BeginStatementSet final : Statement {
  BeginStatementSet() : Statement(StatementKind::kBeginStatementSet) {}
};
struct EndStatementSet final : Statement {
  EndStatementSet() : Statement(StatementKind::kEndStatementSet) {}
};

enum class ObjectKind : uint8_t { kTable, kView, kDatabase, kCatalog, kFunction, kModel };

struct Drop final : Statement {
  Drop() : Statement(StatementKind::kDrop) {}
  ObjectKind object = ObjectKind::kTable;
  bool temporary = false;
  bool if_exists = false;
  bool cascade = false;
  Name name;
};

struct AlterTable final : Statement {
  AlterTable() : Statement(StatementKind::kAlterTable) {}
  enum class Action : uint8_t {
    kRename,
    kSet,
    kReset,
    kAdd,
    kModify,
    kRenameColumn,
    kDropColumns,
    kDropPrimaryKey,
    kDropWatermark,
    kAs,  ///< ALTER VIEW v AS query
  };
  Action action = Action::kSet;
  bool view = false;
  bool if_exists = false;
  Name name;
  Name new_name;
  std::vector<Option> options;           ///< kSet
  std::vector<std::string> keys;         ///< kReset
  CreateTable elements;                  ///< kAdd, kModify: columns, watermark and primary key
  std::vector<Identifier> columns;       ///< kRenameColumn, kDropColumns
  Identifier new_column;                 ///< kRenameColumn
  std::optional<Identifier> constraint;  ///< kDropPrimaryKey: DROP CONSTRAINT name
  QueryPtr query;                        ///< kAs
};

/// ALTER CATALOG and ALTER DATABASE.
struct AlterCatalog final : Statement {
  AlterCatalog() : Statement(StatementKind::kAlterCatalog) {}
  bool database = false;
  Name name;
  std::vector<Option> options;         ///< SET
  std::vector<std::string> keys;       ///< RESET
  std::optional<std::string> comment;  ///< COMMENT
};

struct Set final : Statement {
  Set() : Statement(StatementKind::kSet) {}
  std::optional<Option> option;  ///< none: list all
};

struct Reset final : Statement {
  Reset() : Statement(StatementKind::kReset) {}
  std::optional<std::string> key;
  SqlSpan key_span;
};

struct Use final : Statement {
  Use() : Statement(StatementKind::kUse) {}
  bool catalog = false;
  bool modules = false;
  Name name;
};

enum class ShowKind : uint8_t {
  kCatalogs,
  kCurrentCatalog,
  kDatabases,
  kCurrentDatabase,
  kTables,
  kViews,
  kMaterializedTables,
  kColumns,
  kPartitions,
  kProcedures,
  kFunctions,
  kUserFunctions,
  kModules,
  kFullModules,
  kJars,
  kJobs,
  kModels,
  kCreateCatalog,
  kCreateTable,
  kCreateView,
  kCreateMaterializedTable,
  kCreateModel,
};

struct Show final : Statement {
  Show() : Statement(StatementKind::kShow) {}
  ShowKind show = ShowKind::kTables;
  std::optional<Name> name;  ///< FROM|IN name, or the object of SHOW CREATE
  bool has_like = false;
  bool not_like = false;
  bool ignore_case = false;  ///< ILIKE
  std::string pattern;
};

struct Describe final : Statement {
  Describe() : Statement(StatementKind::kDescribe) {}
  ObjectKind object = ObjectKind::kTable;
  bool extended = false;
  Name name;
};

struct Insert final : Statement {
  Insert() : Statement(StatementKind::kInsert) {}
  bool overwrite = false;
  Name table;
  std::vector<Hint> hints;
  std::vector<std::pair<Identifier, ExprPtr>> partition;
  std::vector<Identifier> columns;
  std::string on_conflict;  ///< DO NOTHING, DO ERROR, DO DEDUPLICATE; empty when absent
  QueryPtr query;
};

struct StatementSet final : Statement {
  StatementSet() : Statement(StatementKind::kStatementSet) {}
  std::vector<std::shared_ptr<const Insert>> inserts;
};

struct Explain final : Statement {
  Explain() : Statement(StatementKind::kExplain) {}
  bool estimated_cost = false;
  bool changelog_mode = false;
  bool plan_advice = false;
  bool json_execution_plan = false;
  StatementPtr statement;
};

struct QueryStatement final : Statement {
  QueryStatement() : Statement(StatementKind::kQuery) {}
  QueryPtr query;
};

struct Unsupported final : Statement {
  Unsupported() : Statement(StatementKind::kUnsupported) {}
  std::string what;  ///< "CREATE FUNCTION"
};

}  // namespace thalweg::sql::ast
