#include "connectors/registry.h"

#include <gtest/gtest.h>

#include "connectors/filesystem/filesystem_connector.h"

namespace thalweg::connectors {
namespace {

ConnectorTable Table(Options options) {
  return {.name = "t", .physical = {{"a", data::Type::Int()}}, .options = std::move(options)};
}

std::string SinkError(Options options) {
  return MakeSink(Table(std::move(options)), {}).status().ToString();
}
std::string SourceError(Options options) {
  return MakeSource(Table(std::move(options)), {}).status().ToString();
}

TEST(ConnectorRegistry, ErrorsNameTableOptionAndTheNearest) {
  EXPECT_EQ(SinkError({}),
            "Invalid SQL: table 't' has no 'connector' option, so it cannot be read or written");
  EXPECT_TRUE(SinkError({{"connector", "prnt"}})
                  .starts_with("Invalid SQL: table 't': there is no connector 'prnt'; did you mean "
                               "'print'? (available: "));
  EXPECT_EQ(SinkError({{"connector", "print"}, {"standard-eror", "true"}}),
            "Invalid SQL: table 't': connector 'print' has no option 'standard-eror'; did you mean "
            "'standard-error'?");
  EXPECT_EQ(SinkError({{"connector", "print"}, {"standard-error", "yes"}}),
            "Invalid SQL: table 't', option 'standard-error': 'yes' is neither true nor false");
  EXPECT_EQ(SourceError({{"connector", "print"}}),
            "Invalid SQL: table 't': the connector 'print' can only be written to");
  EXPECT_EQ(SourceError({{"connector", "elasticsearch-7"}}),
            "Not supported: table 't': the connector 'elasticsearch-7'");
  EXPECT_EQ(
      SourceError({{"connector", "filesystem"}, {"path", "/x"}}),
      "Invalid SQL: table 't': the option 'format' is required by the connector 'filesystem'");
  EXPECT_TRUE(SourceError({{"connector", "filesystem"}, {"path", "/x"}, {"format", "nexbon"}})
                  .starts_with("Invalid SQL: table 't': there is no format 'nexbon'; did you mean "
                               "'nexbin'?"));
}

TEST(ConnectorRegistry, FlinksOptionsWithoutMeaningAreAccepted) {
  EXPECT_TRUE(MakeSink(Table({{"connector", "print"},
                              {"property-version", "1"},
                              {"print-identifier", "x"},
                              {"sink.parallelism", "2"}}),
                       {})
                  .ok());
  EXPECT_TRUE(ValidateOptions(kFilesystemConnector, Table({{"connector", "filesystem"},
                                                           {"path", "/x"},
                                                           {"format", "nexbin"},
                                                           {"scan.watermark.idle-timeout", "1 s"},
                                                           {"source.report-statistics", "all"}}))
                  .ok());
  EXPECT_EQ(ValidateOptions(kFilesystemConnector, Table({{"connector", "filesystem"},
                                                         {"format", "nexbin"},
                                                         {"partition.time-extractor.class", "x"}}))
                .code(),
            StatusCode::kNotSupported);
}

TEST(FilesystemConnector, Paths) {
  const auto resolve = [](const std::string& path) {
    auto r = ResolveTablePath(Table({{"path", path}}), {.base_directory = "/base"});
    return r.ok() ? *r : r.status().ToString();
  };
  EXPECT_EQ(resolve("/a//b/"), "/a/b");
  EXPECT_EQ(resolve("file:///a/b"), "/a/b");
  EXPECT_EQ(resolve("file:/a"), "/a");
  EXPECT_EQ(resolve("a/b"), "/base/a/b");
  EXPECT_EQ(resolve("./a"), "/base/a");
  EXPECT_EQ(resolve("."), "/base");
  EXPECT_EQ(resolve("/"), "/");
  EXPECT_EQ(resolve("s3://b/k"),
            "Not supported: table 't', option 'path': the file system 's3' of 's3://b/k'");
}

}  // namespace
}  // namespace thalweg::connectors
