// A savepoint with some of its bytes changed, read with everything that reads savepoints. The first
// byte chooses where the others change something; each further four are an edit: where (two bytes),
// how, and with what.
//
//   0  the manifest's body, whose checksum is made to fit again
//   1  the file as it stands on the disk: any difference must be noticed
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "base/byte_coding.h"
#include "base/checksum.h"
#include "operators/aggregate/group_aggregate.h"
#include "operators/stored_rows.h"
#include "operators/testing/test_context.h"
#include "runtime/manifest.h"
#include "savepoint/savepoint_connector.h"
#include "savepoint/stored_state_catalog.h"
#include "sim/simulated_disk.h"

namespace thalweg::testing {
namespace {
using data::Type;
using expr::AggregateCall;
using expr::AggregateKind;
using operators::TestContext;

constexpr char kFolder[] = "/savepoint";
constexpr char kFile[] = "/savepoint/_metadata";

AggregateCall Call(std::string name, AggregateKind kind, int arg, Type type, Type result,
                   bool distinct = false) {
  AggregateCall c;
  c.name = std::move(name);
  c.kind = kind;
  c.args = {arg};
  c.arg_types = {std::move(type)};
  c.result = std::move(result);
  c.distinct = distinct;
  return c;
}

runtime::Manifest MakeExample() {
  const std::vector<Type> types = {Type::String(), Type::Bigint()};
  graph::Graph graph;
  graph::Node source;
  for (const Type& t : types) source.output.push_back({t.ToSummary(), t});
  graph.nodes.push_back(source);
  graph::GroupAggregateNode aggregate;
  aggregate.keys = {0};
  aggregate.aggregates = {
      Call("SUM(v)", AggregateKind::kSum, 1, types[1], types[1]),
      Call("MAX(k)", AggregateKind::kMax, 0, types[0], types[0]),
      Call("AVG(v)", AggregateKind::kAvg, 1, types[1], types[1]),
      Call("ARRAY_AGG(k)", AggregateKind::kArrayAgg, 0, types[0], Type::Array(types[0])),
      Call("COUNT(DISTINCT v)", AggregateKind::kCount, 1, types[1], types[1], true)};
  graph::Node node;
  node.spec = aggregate;
  node.inputs.push_back({0});
  graph.nodes.push_back(node);
  TestContext context;
  auto op = operators::MakeGroupAggregateOperator(graph, graph.nodes[1]);
  std::vector<std::string> snapshots;
  if (!op.ok() || !(*op)->Open(&context, {}).ok() ||
      !(*op)
           ->OnBatch(0, operators::MakeBatch(types, {"+I a 1", "+I aKeyOfSomeLength 2", "+I a 3",
                                                     "+I anotherKeyThatIsLong -", "+I b 7"}))
           .ok()) {
    std::abort();
  }
  context.TakeSnapshot(&snapshots);
  runtime::Manifest m;
  m.job = "job";
  m.lineage = "0123456789abcdef";
  m.generation = 2;
  m.epoch = 3;
  runtime::NodeSnapshot groups{.uid = "groups", .name = "GroupAggregate(groupBy=[k])"};
  groups.tables = context.state()->Schemas();
  groups.segments = {
      {"", snapshots[0], static_cast<int64_t>(snapshots[0].size()), 3, true, {0, 128}}};
  groups.entries = {{"progress", operators::StateEntry::kNoKeyGroup, std::string(8, '\1')}};
  m.nodes.push_back(std::move(groups));
  runtime::NodeSnapshot sink{.uid = "sink", .name = "Sink(t)"};
  sink.sink.emplace();
  sink.sink->node.table = "t";
  sink.sink->node.options = {{"connector", "filesystem"}, {"path", "/t"}};
  m.nodes.push_back(std::move(sink));
  m.pending = {{"sink", 3, 1000, {"C"}}};
  return m;
}

const runtime::Manifest& Example() {
  static const runtime::Manifest m = MakeExample();
  return m;
}

constexpr size_t kMagicBytes = sizeof("thalweg checkpoint\n") - 1;

void Edit(std::string_view edits, std::string* bytes) {
  for (; edits.size() >= 4; edits.remove_prefix(4)) {
    if (bytes->empty()) return;
    const auto at =
        (static_cast<uint8_t>(edits[0]) * 256u + static_cast<uint8_t>(edits[1])) % bytes->size();
    switch (static_cast<uint8_t>(edits[2]) % 5) {
      case 0:
        (*bytes)[at] ^= static_cast<char>(1 << (edits[3] & 7));
        break;
      case 1:
        (*bytes)[at] = edits[3];
        break;
      case 2:
        bytes->insert(at, 1, edits[3]);
        break;
      case 3:
        bytes->erase(at, static_cast<uint8_t>(edits[3]));
        break;
      default:
        bytes->resize(at);
    }
  }
}

/// The manifest with its checksum, whatever its body is.
std::string WithHeader(const std::string& body) {
  std::string out = "thalweg checkpoint\n";
  for (const uint64_t v : {uint64_t{body.size()}, Checksum64(body)}) {
    out.append(reinterpret_cast<const char*>(&v), sizeof(v));
  }
  return out + body;
}

/// Every row of every table; the first error.
Status ReadTable(FileSystem* fs, const std::string& operator_uid,
                 const state::TableSchema& schema) {
  MemoryPool pool("fuzz", nullptr);
  TW_ASSIGN_OR_RETURN(const auto rows, operators::StoredRows::Make(schema, &pool));
  connectors::ConnectorTable table;
  table.name = "s";
  std::set<std::string> names;
  for (const auto& c : rows->columns()) {
    if (c.missing.empty() && names.insert(c.name).second)
      table.physical.push_back({c.name, c.type});
  }
  table.options = {{"connector", "savepoint"},
                   {"path", kFolder},
                   {"operator", operator_uid},
                   {"table", schema.name}};
  connectors::ConnectorContext context;
  context.file_system = fs;
  TW_ASSIGN_OR_RETURN(const auto source,
                      savepoint::kSavepointConnector.make_source(table, context));
  TW_ASSIGN_OR_RETURN(const auto enumerator, source->MakeEnumerator());
  TW_ASSIGN_OR_RETURN(const auto splits, enumerator->Discover());
  for (const connectors::Split& split : splits) {
    TW_ASSIGN_OR_RETURN(const auto reader,
                        source->MakeReader(split, {table.physical, {"row_id", "key_group"}}, {}));
    for (;;) {
      data::Batch batch;
      TW_ASSIGN_OR_RETURN(const auto state, reader->Next(&batch));
      if (state == connectors::SplitReader::State::kEnd) break;
      if (TestContext::RowsOf(batch).empty()) break;
    }
  }
  return Status::OK();
}

Status ReadAll(FileSystem* fs) {
  TW_ASSIGN_OR_RETURN(const auto catalog, savepoint::StoredStateCatalog::Load(fs, kFolder));
  TW_RETURN_IF_ERROR(catalog.Describe().status());
  TW_RETURN_IF_ERROR(catalog.CreateTables().status());
  Status first;
  for (const runtime::NodeSnapshot& n : catalog.manifest().nodes) {
    for (const state::TableSchema& t : n.tables) {
      const Status s = ReadTable(fs, n.uid, t);
      if (first.ok()) first = s;
    }
  }
  return first;
}

void Check(uint8_t place, std::string_view edits) {
  runtime::Manifest manifest = Example();
  const std::string whole = manifest.Encode();
  std::string bytes = whole;
  if (place % 2 == 0) {
    std::string body = whole.substr(kMagicBytes + 16);
    Edit(edits, &body);
    bytes = WithHeader(body);
  } else {
    Edit(edits, &bytes);
  }
  SimulatedDisk disk(1);
  disk.Put(kFile, bytes);
  const Status read = ReadAll(&disk);
  const bool expected = bytes == whole ? read.ok() : place % 2 == 0 || !read.ok();
  const bool named = read.ok() || place % 2 == 0 || read.message().find(kFile) != std::string::npos;
  if (expected && named) return;
  std::fprintf(stderr, "%s: %s\n", bytes == whole ? "unchanged" : "changed",
               read.message().c_str());
  std::abort();
}

}  // namespace
}  // namespace thalweg::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  thalweg::testing::Check(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
