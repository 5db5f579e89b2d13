#include "connectors/filesystem/file_compaction.h"

#include <gtest/gtest.h>

#include "base/fault_injecting_file_system.h"
#include "base/temporary_folder_testing.h"
#include "connectors/filesystem/file_sink_committer.h"
#include "connectors/filesystem/file_sink_takeover.h"
#include "connectors/filesystem/file_sink_writer.h"
#include "connectors/filesystem/line_format_testing.h"

namespace thalweg::connectors {
namespace {

using Names = std::vector<std::string>;
using Bins = std::vector<std::vector<size_t>>;

TEST(PackFiles, FillsTheFirstBinThatHasRoom) {
  EXPECT_EQ(PackFiles({}, 10), Bins{});
  EXPECT_EQ(PackFiles({3, 3, 3, 3}, 10), (Bins{{0, 1, 2}, {3}}));
  EXPECT_EQ(PackFiles({6, 7, 4, 3, 1}, 10), (Bins{{0, 2}, {1, 3}, {4}}));
  EXPECT_EQ(PackFiles({11, 5, 20, 5}, 10), (Bins{{0}, {1, 3}, {2}})) << "too large ones stay alone";
  EXPECT_EQ(PackFiles({1, 1}, 0), (Bins{{0}, {1}}));
}

TEST(PackFiles, LooksAtTenBinsOnly) {
  std::vector<int64_t> bytes(11, 9);
  bytes.push_back(1);  // would fit into the first bin, which is closed by now
  const Bins bins = PackFiles(bytes, 10);
  ASSERT_EQ(bins.size(), 11u);
  EXPECT_EQ(bins[0], (std::vector<size_t>{0}));
  EXPECT_EQ(bins[1], (std::vector<size_t>{1, 11}));
}

class FileCompaction : public testing::Test {
 protected:
  FileCompaction() {
    options_ = {.file_system = &fs_,
                .table_name = "t",
                .root = dir_ / "out",
                .owner = {"R", 1},
                .format = {.format = &kLineFormat},
                .file_columns = {{"a", data::Type::String()}},
                .file_column_indices = {0},
                .default_partition_name = "NONE",
                .compact_bytes = 100};
  }
  std::unique_ptr<FileSinkWriter> Writer(int subtask) {
    return std::make_unique<FileSinkWriter>(options_, WriterContext{.subtask = subtask});
  }
  static void Write(FileSinkWriter* writer, const std::vector<std::vector<std::string>>& rows) {
    const Status s = writer->Write(StringBatch(rows));
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  /// What a reader sees, as "name: content".
  Names Visible() {
    Names visible;
    for (const std::string& f : dir_.Files()) {
      if (FileName(f).front() == '.') continue;
      visible.push_back(f + ": " + TemporaryFolder::Read(dir_ / f));
    }
    return visible;
  }

  const TemporaryFolder dir_;
  FaultInjectingFileSystem fs_{FileSystem::Posix()};
  FileSinkOptions options_;
};

TEST_F(FileCompaction, FilesOfAllWritersBecomeOne) {
  auto first = Writer(0), second = Writer(1);
  Write(first.get(), {{"1"}, {"2"}});
  Write(second.get(), {{"3"}});
  FileSinkCommitter committer(options_);
  // In whatever order the writers come.
  std::vector<std::string> sealed{*second->Seal(1, false), *first->Seal(1, false)};
  EXPECT_EQ(*first->Snapshot(), "") << "no file stays open over an epoch";
  sealed = *committer.Prepare(sealed);
  EXPECT_EQ(Visible(), Names{}) << "not before the commit";
  fs_.Crash();  // the merged file is durable
  ASSERT_TRUE(committer.Commit(1, sealed, 0, false).ok());
  EXPECT_EQ(Visible(), Names{"out/part-R-g1-e1-0-0: 1\n2\n3\n"});
  EXPECT_EQ(dir_.Files().size(), 1u) << "what it was made of is gone";
  ASSERT_TRUE(committer.Commit(1, sealed, 0, false).ok()) << "a restart repeats it";
  EXPECT_EQ(dir_.Files().size(), 1u);
}

TEST_F(FileCompaction, KeepsToTheTargetSizeThePartitionAndTheEpoch) {
  options_.partition_keys = {"p"};
  options_.partition_indices = {1};
  options_.compact_bytes = 4;
  options_.commit = {.success_file = true};
  FileSinkCommitter committer(options_);
  std::vector<std::unique_ptr<FileSinkWriter>> writers;
  std::vector<std::string> sealed, later;
  for (int w = 0; w < 3; ++w) {
    writers.push_back(Writer(w));
    const std::string id = std::to_string(w);
    Write(writers.back().get(), {{id, "x"}, {id + "y", "y"}});
    sealed.push_back(*writers.back()->Seal(1, false));
    Write(writers.back().get(), {{"z", "x"}});
    later.push_back(*writers.back()->Seal(2, false));
  }
  for (auto* s : {&sealed, &later}) *s = *committer.Prepare(*s);
  ASSERT_TRUE(committer.Commit(1, sealed, 0, false).ok());
  ASSERT_TRUE(committer.Commit(2, later, 0, false).ok());
  EXPECT_EQ(Visible(), (Names{"out/p=x/_SUCCESS: ", "out/p=x/part-R-g1-e1-0-0: 0\n1\n",
                              "out/p=x/part-R-g1-e1-2-0: 2\n", "out/p=x/part-R-g1-e2-0-2: z\nz\n",
                              "out/p=x/part-R-g1-e2-2-2: z\n",
                              "out/p=y/_SUCCESS: ", "out/p=y/part-R-g1-e1-0-1: 0y\n",
                              "out/p=y/part-R-g1-e1-1-1: 1y\n", "out/p=y/part-R-g1-e1-2-1: 2y\n"}));
}

TEST_F(FileCompaction, AFullDiskIsTriedAgain) {
  auto first = Writer(0), second = Writer(1);
  Write(first.get(), {{"1"}});
  Write(second.get(), {{"2"}});
  const std::vector<std::string> sealed{*first->Seal(1, false), *second->Seal(1, false)};
  FileSinkCommitter committer(options_);
  int failures = 0;
  for (;; ++failures) {
    fs_.FailAfter(failures);
    auto prepared = committer.Prepare(sealed);
    fs_.Recover();
    if (!prepared.ok()) continue;
    ASSERT_TRUE(committer.Commit(1, *prepared, 0, false).ok());
    break;
  }
  EXPECT_GT(failures, 3);
  EXPECT_EQ(Visible(), Names{"out/part-R-g1-e1-0-0: 1\n2\n"});
  EXPECT_EQ(dir_.Files().size(), 1u);
}

// The script has got the option since the checkpoint was made.
TEST_F(FileCompaction, AFileThatACheckpointKnowsStaysAFileOfItsOwn) {
  options_.compact_bytes.reset();
  auto before = Writer(0);
  Write(before.get(), {{"1"}});
  ASSERT_TRUE(FileSinkCommitter(options_).Prepare({*before->Seal(1, false)}).ok());
  const std::string snapshot = *before->Snapshot();
  before->Abort();

  options_.compact_bytes = 100;
  for (const int64_t generation : {2, 3}) {  // the third start restores the same checkpoint
    options_.owner = {.lineage = "R", .generation = generation, .restored_epoch = 1};
    ASSERT_TRUE(TakeOverFiles(options_, {snapshot}).ok());
    auto first = Writer(0), second = Writer(1), third = Writer(2);
    ASSERT_TRUE(first->Restore({snapshot}).ok());
    for (auto* w : {first.get(), second.get(), third.get()}) Write(w, {{"2"}});
    FileSinkCommitter committer(options_);
    const auto sealed = *committer.Prepare(
        {*first->Seal(2, false), *second->Seal(2, false), *third->Seal(2, false)});
    ASSERT_TRUE(committer.Commit(2, sealed, 0, false).ok());
    const std::string g = std::to_string(generation);
    EXPECT_EQ(Visible(), (Names{"out/part-R-g" + g + "-e2-1-0: 2\n2\n",
                                "out/part-R-g" + g + ".1-e2-0-0: 1\n2\n"}));
  }
}

TEST_F(FileCompaction, ATakeOverRemovesMergedFilesThatNobodyKnows) {
  auto first = Writer(0), second = Writer(1);
  Write(first.get(), {{"1"}});
  Write(second.get(), {{"2"}});
  ASSERT_TRUE(
      FileSinkCommitter(options_).Prepare({*first->Seal(2, false), *second->Seal(2, false)}).ok());
  EXPECT_EQ(dir_.Files().size(), 3u);
  options_.owner = {.lineage = "R", .generation = 2, .restored_epoch = 1};
  ASSERT_TRUE(TakeOverFiles(options_, {}).ok());
  EXPECT_EQ(dir_.Files(), Names{});
}

}  // namespace
}  // namespace thalweg::connectors
