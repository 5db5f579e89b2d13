#include "base/option_keys.h"

#include <algorithm>
#include <iterator>

namespace thalweg {
namespace {

using enum OptionType;
constexpr OptionClass kYes = OptionClass::kHonoured;
constexpr OptionClass kNoop = OptionClass::kNoMeaning;
constexpr OptionClass kNo = OptionClass::kUnsupported;

constexpr std::string_view kOneProcess = "there is one process, without a cluster";
constexpr std::string_view kOwnState = "state is held in the engine's own tables";

// Sorted by name.
constexpr OptionKey kKeys[] = {
    {"akka.*", kString, "", kNoop, kOneProcess},
    {"classloader.*", kString, "", kNoop, "no Java classes are loaded"},
    {"client.*", kString, "", kNoop, kOneProcess},
    {"cluster.*", kString, "", kNoop, kOneProcess},
    {"compat", kEnum, "thalweg", kYes,
     "'flink' sets Flink's defaults, mini-batch off included, for exact changelogs",
     "thalweg|flink"},
    {"env.java.*", kString, "", kNoop, "there is no JVM"},
    {"execution.attached", kBoolean, "true", kNoop, kOneProcess},
    {"execution.batch-shuffle-mode", kString, "", kNoop, "exchanges are in memory"},
    {"execution.buffer-timeout", kDuration, "100 ms", kNoop,
     "a batch leaves when its source runs dry, not by a timer"},
    {"execution.buffer-timeout.*", kString, "", kNoop,
     "a batch leaves when its source runs dry, not by a timer"},
    {"execution.checkpointing.*", kString, "", kNoop,
     "jobs are not checkpointed yet: a job that ends before its input does starts anew"},
    {"execution.runtime-mode", kEnum, "streaming", kYes,
     "'batch' emits final rows only and needs bounded sources", "streaming|batch|automatic"},
    {"execution.savepoint.*", kString, "", kNo, "there are no savepoints yet"},
    {"execution.shutdown-on-attached-exit", kBoolean, "false", kNoop, kOneProcess},
    {"execution.target", kString, "", kNoop, kOneProcess},
    {"fs.*", kString, "", kNoop, "only local files are read"},
    {"heartbeat.*", kString, "", kNoop, kOneProcess},
    {"high-availability.*", kString, "", kNoop, kOneProcess},
    {"io.tmp.dirs", kString, "", kNoop, "nothing is spilled to disk yet"},
    {"jobmanager.*", kString, "", kNoop, kOneProcess},
    {"kubernetes.*", kString, "", kNoop, kOneProcess},
    {"metrics.*", kString, "", kNoop, "there are no metric reporters yet"},
    {"parallelism.default", kInteger, "-1", kYes,
     "subtasks of each operator; -1: one per processor core"},
    {"pipeline.auto-generate-uids", kBoolean, "true", kNoop, "operators name themselves"},
    {"pipeline.auto-watermark-interval", kDuration, "200 ms", kYes,
     "a watermark follows a row once it has advanced by more than this"},
    {"pipeline.classpaths", kString, "", kNoop, "no Java classes are loaded"},
    {"pipeline.generic-types", kBoolean, "true", kNoop, "there are no Java types"},
    {"pipeline.global-job-parameters", kString, "", kNoop, "nothing reads them yet"},
    {"pipeline.jars", kString, "", kNoop, "no Java classes are loaded"},
    {"pipeline.max-parallelism", kInteger, "128", kYes, "key groups, the unit of rescaling"},
    {"pipeline.name", kString, "", kYes, "the job's name; empty: sink and position in the file"},
    {"pipeline.object-reuse", kBoolean, "false", kNoop, "there are no row objects"},
    {"pipeline.operator-chaining.*", kString, "", kNoop, "chaining is always on"},
    {"process.*", kString, "", kNoop, kOneProcess},
    {"queryable-state.*", kString, "", kNoop, kOneProcess},
    {"rest.*", kString, "", kNoop, "there is no REST server yet"},
    {"restart-strategy", kString, "", kNoop, "a failed job is not restarted yet"},
    {"restart-strategy.*", kString, "", kNoop, "a failed job is not restarted yet"},
    {"s3.*", kString, "", kNoop, "only local files are read"},
    {"security.*", kString, "", kNoop, kOneProcess},
    {"slotmanager.*", kString, "", kNoop, kOneProcess},
    {"sql-client.*", kString, "", kNoop, "use the command line's --output"},
    {"state.*", kString, "", kNoop, kOwnState},
    {"table.builtin-catalog-name", kString, "default_catalog", kNo, "the catalog's name is fixed"},
    {"table.builtin-database-name", kString, "default_database", kNo,
     "the database's name is fixed"},
    {"table.display.max-column-width", kInteger, "30", kYes,
     "widest column of a table printed on a terminal"},
    {"table.dml-sync", kBoolean, "false", kNoop, "bounded INSERTs are always waited for"},
    {"table.dynamic-table-options.enabled", kBoolean, "true", kYes,
     "whether OPTIONS hints are allowed"},
    {"table.exec.async-lookup.*", kString, "", kNoop, "there are no lookup joins yet"},
    {"table.exec.async-state.*", kString, "", kNoop, kOwnState},
    {"table.exec.deduplicate.*", kString, "", kNoop, "there is no deduplication yet"},
    {"table.exec.disabled-operators", kString, "", kNoop, "there is one operator for each purpose"},
    {"table.exec.legacy-cast-behaviour", kEnum, "disabled", kNo,
     "casts follow the documented rules only", "enabled|disabled"},
    {"table.exec.local-hash-agg.*", kString, "", kNoop, "local aggregation adapts by itself"},
    {"table.exec.mini-batch.allow-latency", kDuration, "0 ms", kNoop,
     "a mini-batch is the rows that arrived together; none waits"},
    {"table.exec.mini-batch.enabled", kBoolean, "true", kYes,
     "one change per key and batch; 'false' gives one for every input row"},
    {"table.exec.mini-batch.size", kInteger, "-1", kNoop,
     "a mini-batch is the rows that arrived together"},
    {"table.exec.operator-fusion-codegen.*", kString, "", kNoop, "no code is generated"},
    {"table.exec.rank.*", kString, "", kNoop, "there is no Top-N yet"},
    {"table.exec.resource.default-parallelism", kInteger, "-1", kYes,
     "overrides parallelism.default for SQL; -1: does not"},
    {"table.exec.shuffle-mode", kString, "", kNoop, "exchanges are in memory"},
    {"table.exec.simplify-operator-name-enabled", kBoolean, "true", kNoop,
     "operators bear their full description"},
    {"table.exec.sink.keyed-shuffle", kString, "AUTO", kNoop,
     "a sink with a primary key is always partitioned by it"},
    {"table.exec.sink.legacy-nested-constraint-enforcer", kString, "", kNoop,
     "only top-level columns are checked"},
    {"table.exec.sink.not-null-enforcer", kEnum, "ERROR", kYes,
     "what a NULL in a NOT NULL column does: fail the job or drop the row", "ERROR|DROP"},
    {"table.exec.sink.rowtime-inserter", kString, "ENABLED", kNoop, "rows carry no timestamp"},
    {"table.exec.sink.type-length-enforcer", kEnum, "IGNORE", kYes,
     "what a value too long or short for CHAR, VARCHAR or BINARY does", "IGNORE|TRIM_PAD|ERROR"},
    {"table.exec.sink.upsert-materialize", kEnum, "AUTO", kYes,
     "whether changes are put in order by the sink's primary key first", "AUTO|NONE|FORCE"},
    {"table.exec.sort.*", kString, "", kNoop, "sorting is bounded by --memory"},
    {"table.exec.source.cdc-events-duplicate", kBoolean, "false", kNoop,
     "there are no changelog sources yet"},
    {"table.exec.source.idle-timeout", kDuration, "0 ms", kYes,
     "a split without rows for this long no longer holds the watermark; 0: never"},
    {"table.exec.spill-compression.*", kString, "", kNoop, "nothing is spilled to disk yet"},
    {"table.exec.state.ttl", kDuration, "0 ms", kYes,
     "state of a key that was not touched for this long may be freed; 0: never"},
    {"table.exec.uid.*", kString, "", kNoop, "operators name themselves"},
    {"table.exec.window-agg.buffer-size-limit", kInteger, "100000", kNoop,
     "windows are not buffered by rows"},
    {"table.generated-code.*", kString, "", kNoop, "no code is generated"},
    {"table.local-time-zone", kString, "default", kYes,
     "zone of TIMESTAMP_LTZ texts, casts and windows; default: the system's"},
    {"table.optimizer.agg-phase-strategy", kEnum, "AUTO", kYes,
     "whether aggregates are first computed locally", "AUTO|ONE_PHASE|TWO_PHASE"},
    {"table.optimizer.*", kString, "", kNoop, "the planner has its own rules"},
    {"table.plan.*", kString, "", kNoop, "plans are not stored"},
    {"table.planner", kString, "blink", kNoop, "there is one planner"},
    {"table.rtas-ctas.atomicity-enabled", kBoolean, "false", kNo,
     "CREATE TABLE .. AS is not atomic"},
    {"table.runtime-filter.*", kString, "", kNoop, "there are no joins yet"},
    {"table.sql-dialect", kEnum, "default", kYes, "the SQL dialect", "default"},
    {"taskmanager.*", kString, "", kNoop, kOneProcess},
    {"web.*", kString, "", kNoop, "there is no web server yet"},
    {"yarn.*", kString, "", kNoop, kOneProcess},
};

}  // namespace

std::span<const OptionKey> AllOptionKeys() { return kKeys; }

const OptionKey* FindOptionKey(std::string_view name) {
  const OptionKey* family = nullptr;
  for (const OptionKey& key : kKeys) {
    if (key.name == name) return &key;
    if (key.name.ends_with('*') && name.starts_with(key.name.substr(0, key.name.size() - 1)) &&
        (family == nullptr || family->name.size() < key.name.size())) {
      family = &key;
    }
  }
  return family;
}

}  // namespace thalweg
