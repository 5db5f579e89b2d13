#include "connectors/filesystem/file_sink.h"

#include <gtest/gtest.h>

#include "base/fault_injecting_file_system.h"
#include "base/temporary_folder_testing.h"
#include "connectors/filesystem/file_sink_committer.h"
#include "connectors/filesystem/file_sink_takeover.h"
#include "connectors/filesystem/file_sink_writer.h"
#include "connectors/filesystem/line_format_testing.h"

namespace thalweg::connectors {
namespace {

using data::Type;
using Names = std::vector<std::string>;

class FileSinkTest : public testing::Test {
 protected:
  FileSinkTest() {
    options_ = {.file_system = &fs_,
                .table_name = "t",
                .root = dir_ / "out",
                .owner = {"R", 1},
                .format = {.format = &kLineFormat},
                .file_columns = {{"a", Type::String()}},
                .file_column_indices = {0},
                .default_partition_name = "NONE"};
  }
  void Partitioned() {
    options_.partition_keys = {"p"};
    options_.partition_indices = {1};
  }
  std::unique_ptr<FileSinkWriter> Writer(int64_t generation = 1, int subtask = 0) {
    options_.owner.generation = generation;
    return std::make_unique<FileSinkWriter>(options_,
                                            WriterContext{.subtask = subtask, .eval = &eval_});
  }
  static void Write(FileSinkWriter* writer, const std::vector<std::vector<std::string>>& rows) {
    const Status s = writer->Write(StringBatch(rows));
    ASSERT_TRUE(s.ok()) << s.ToString();
  }
  /// A start that goes on from a checkpoint of epoch 1.
  std::unique_ptr<FileSinkWriter> Restarted(int64_t generation,
                                            const std::vector<std::string>& snapshots) {
    options_.owner = {.lineage = "R", .generation = generation, .restored_epoch = 1};
    EXPECT_EQ(TakeOverFiles(options_, snapshots).ToString(), "OK");
    auto writer = Writer(generation);
    EXPECT_EQ(writer->Restore(snapshots).ToString(), "OK");
    return writer;
  }
  Status Prepare(const std::string& committable) {
    return FileSinkCommitter(options_).Prepare({committable}).status();
  }
  Status Commit(const std::string& committable, bool end, int64_t watermark_ms = 0) {
    return committer_ != nullptr
               ? committer_->Commit(1, {committable}, watermark_ms, end)
               : FileSinkCommitter(options_).Commit(1, {committable}, watermark_ms, end);
  }
  /// Visible files only: what a reader of the table sees, as "name: content".
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
  expr::EvalContext eval_;
  std::unique_ptr<FileSinkCommitter> committer_;
};

TEST_F(FileSinkTest, NothingIsVisibleBeforeTheCommit) {
  auto writer = Writer();
  Write(writer.get(), {{"1"}, {"2"}});
  EXPECT_EQ(Visible(), Names{});
  const std::string committable = *writer->Seal(1, true);
  EXPECT_EQ(Visible(), Names{});
  ASSERT_TRUE(Commit(committable, true).ok());
  EXPECT_EQ(Visible(), Names{"out/part-R-g1-e1-0-0: 1\n2\n"});
  // A restart repeats the commit.
  ASSERT_TRUE(Commit(committable, true).ok());
  EXPECT_EQ(dir_.Files(), Names{"out/part-R-g1-e1-0-0"});
  // A file that was lost in between is not passed over in silence.
  ASSERT_TRUE(FileSystem::Posix()->RemoveFile(dir_ / "out/part-R-g1-e1-0-0").ok());
  EXPECT_FALSE(Commit(committable, true).ok());
}

TEST_F(FileSinkTest, NoRowsLeaveAnEmptyTable) {
  EXPECT_EQ(*Writer()->Seal(1, true), "");
  ASSERT_TRUE(Commit("", true).ok());
  EXPECT_TRUE(FileSystem::Posix()->Stat(dir_ / "out")->has_value());
}

TEST_F(FileSinkTest, RowFormatsKeepAFileOverEpochsAndRestoreItsValidLength) {
  auto writer = Writer();
  Write(writer.get(), {{"1"}});
  ASSERT_TRUE(Prepare(*writer->Seal(1, false)).ok());
  const std::string snapshot = *writer->Snapshot();
  Write(writer.get(), {{"lost"}});
  writer->Abort();
  fs_.Crash();

  auto second = Restarted(2, {snapshot});
  Write(second.get(), {{"2"}});
  const std::string committable = *second->Seal(2, true);
  ASSERT_TRUE(Commit(committable, true).ok());
  EXPECT_EQ(Visible(), Names{"out/part-R-g2.1-e2-0-0: 1\n2\n"});
  EXPECT_EQ(dir_.Files().size(), 1u) << "the first generation's hidden file is gone";
}

TEST_F(FileSinkTest, SealDoesNotWaitForTheDiskAndPrepareDoes) {
  auto writer = Writer();
  Write(writer.get(), {{"1"}});
  const std::string committable = *writer->Seal(1, true);
  EXPECT_EQ(fs_.operations(), 2) << "created and appended to";
  ASSERT_TRUE(Prepare(committable).ok());
  EXPECT_EQ(fs_.operations(), 5) << "the file, its folder, the folder above";
  fs_.Crash();  // whatever was not synced is gone
  ASSERT_TRUE(Commit(committable, true).ok());
  EXPECT_EQ(Visible(), Names{"out/part-R-g1-e1-0-0: 1\n"});
}

TEST_F(FileSinkTest, RestoresTwiceFromTheSameCheckpoint) {
  auto writer = Writer();
  Write(writer.get(), {{"1"}});
  ASSERT_TRUE(writer->Seal(1, false).ok());
  const std::string snapshot = *writer->Snapshot();
  for (const int64_t generation : {2, 3}) {
    auto next = Restarted(generation, {snapshot});
    Write(next.get(), {{"lost"}});
    next->Abort();
  }
  auto last = Restarted(4, {snapshot});
  ASSERT_TRUE(Commit(*last->Seal(2, true), true).ok());
  EXPECT_EQ(Visible(), Names{"out/part-R-g4.1-e2-0-0: 1\n"});
}

TEST_F(FileSinkTest, AbortSparesAFileThatHasRolledAndThatTheCheckpointKnows) {
  auto writer = Writer();
  Write(writer.get(), {{"1"}});
  ASSERT_TRUE(writer->Seal(1, false).ok());
  const std::string snapshot = *writer->Snapshot();
  ASSERT_TRUE(writer->OnProcessingTime(INT64_MAX / 2).ok());  // rolls
  writer->Abort();
  auto last = Restarted(2, {snapshot});
  ASSERT_TRUE(Commit(*last->Seal(2, true), true).ok());
  EXPECT_EQ(Visible(), Names{"out/part-R-g2.1-e2-0-0: 1\n"});
}

TEST_F(FileSinkTest, RestoresTwoWritersIntoOne) {
  std::vector<std::string> snapshots;
  for (int subtask = 0; subtask < 2; ++subtask) {
    auto writer = Writer(1, subtask);
    Write(writer.get(), {{std::to_string(subtask)}});
    ASSERT_TRUE(writer->Seal(1, false).ok());
    snapshots.push_back(*writer->Snapshot());
  }
  auto merged = Restarted(2, snapshots);
  Write(merged.get(), {{"2"}});
  ASSERT_TRUE(Commit(*merged->Seal(2, true), true).ok());
  EXPECT_EQ(Visible(), (Names{"out/part-R-g2.1-e2-0-0: 0\n", "out/part-R-g2.1-e2-1-0: 1\n2\n"}));
  EXPECT_EQ(dir_.Files().size(), 2u);
}

TEST_F(FileSinkTest, RollsBySizeAndTime) {
  options_.rolling = {.file_bytes = 3, .rollover_ms = 1000, .inactivity_ms = 300, .check_ms = 100};
  auto writer = Writer();
  ASSERT_TRUE(writer->OnProcessingTime(10000).ok());
  Write(writer.get(), {{"1"}});
  Write(writer.get(), {{"2"}});  // 4 bytes now
  Write(writer.get(), {{"3"}});
  ASSERT_TRUE(writer->OnProcessingTime(10050).ok());
  ASSERT_TRUE(writer->OnProcessingTime(10200).ok());
  ASSERT_TRUE(Commit(*writer->Seal(1, false), false).ok());
  EXPECT_EQ(Visible(), Names{"out/part-R-g1-e1-0-0: 1\n2\n"});
  ASSERT_TRUE(writer->OnProcessingTime(10300).ok());  // idle for 300 ms
  ASSERT_TRUE(Commit(*writer->Seal(2, false), false).ok());
  EXPECT_EQ(Visible().size(), 2u);
}

TEST_F(FileSinkTest, DynamicPartitions) {
  Partitioned();
  auto writer = Writer();
  Write(writer.get(), {{"1", "x"}, {"2", "y/z"}, {"3", "x"}, {"4", ""}});
  ASSERT_TRUE(Commit(*writer->Seal(1, true), true).ok());
  EXPECT_EQ(Visible(),
            (Names{"out/p=NONE/part-R-g1-e1-0-2: 4\n", "out/p=x/part-R-g1-e1-0-0: 1\n3\n",
                   "out/p=y%2Fz/part-R-g1-e1-0-1: 2\n"}));
}

TEST_F(FileSinkTest, ManyPartitionsNeedFewDescriptors) {
  Partitioned();
  auto writer = Writer();
  for (const char* value : {"1", "2"}) {
    std::vector<std::vector<std::string>> rows;
    for (int i = 0; i < 150; ++i) rows.push_back({value, std::to_string(i)});
    Write(writer.get(), rows);
  }
  ASSERT_TRUE(Commit(*writer->Seal(1, true), true).ok());
  const Names visible = Visible();
  EXPECT_EQ(visible.size(), 150u);
  for (const std::string& f : visible) EXPECT_TRUE(f.ends_with(": 1\n2\n")) << f;
}

TEST_F(FileSinkTest, SuccessFilesByPartitionTime) {
  Partitioned();
  options_.commit = {.success_file = true,
                     .trigger = PartitionCommitOptions::Trigger::kPartitionTime,
                     .delay_ms = 3600000,
                     .zone = *expr::TimeZone::Find("UTC")};
  committer_ = std::make_unique<FileSinkCommitter>(options_);
  auto writer = Writer();
  Write(writer.get(), {{"1", "1970-01-01 00:00:00"}, {"2", "1970-01-01 01:00:00"}});
  eval_.watermark_ms = 3600000;
  ASSERT_TRUE(Commit(*writer->Seal(1, false), false, 3600000).ok());
  EXPECT_EQ(Visible(), Names{});
  eval_.watermark_ms = 3600001;
  ASSERT_TRUE(Commit(*writer->Seal(2, false), false, 3600001).ok());
  EXPECT_EQ(Visible(), (Names{"out/p=1970-01-01 00%3A00%3A00/_SUCCESS: ",
                              "out/p=1970-01-01 00%3A00%3A00/part-R-g1-e2-0-0: 1\n"}))
      << "the file is finished though it is young";
  ASSERT_TRUE(Commit(*writer->Seal(3, true), true).ok());
  EXPECT_EQ(Visible().size(), 4u);
}

TEST_F(FileSinkTest, SuccessFilesByTheClock) {
  Partitioned();
  options_.commit = {.success_file = true, .delay_ms = 0};
  committer_ = std::make_unique<FileSinkCommitter>(options_);
  auto writer = Writer();
  Write(writer.get(), {{"1", "x"}});
  ASSERT_TRUE(Commit(*writer->Seal(1, false), false).ok());
  EXPECT_EQ(Visible(), (Names{"out/p=x/_SUCCESS: ", "out/p=x/part-R-g1-e1-0-0: 1\n"}));
}

TEST_F(FileSinkTest, OverwriteRemovesOldFilesOnceAndSparesItsOwn) {
  options_.streaming = false;
  options_.overwrite = true;
  dir_.Write("out/old", "old\n");
  dir_.Write("out/_kept", "");
  auto writer = Writer();
  Write(writer.get(), {{"1"}});
  const std::string committable = *writer->Seal(1, true);
  ASSERT_TRUE(Commit(committable, true).ok());
  EXPECT_EQ(Visible(), (Names{"out/_kept: ", "out/part-R-g1-e1-0-0: 1\n"}));
  // A start that finishes the publication of a job that has read all its input.
  ASSERT_TRUE(FileSinkCommitter(options_).Commit(2, {}, 0, true).ok());
  EXPECT_EQ(Visible(), (Names{"out/_kept: ", "out/part-R-g1-e1-0-0: 1\n"}));
}

TEST_F(FileSinkTest, EveryFaultIsAnErrorAndAbortLeavesNothing) {
  for (int k = 0;; ++k) {
    ASSERT_LT(k, 100);
    fs_.FailAfter(k);
    auto writer = Writer();
    Status status = writer->Write(StringBatch({{"1"}}));
    if (status.ok()) status = writer->Seal(1, true).status();
    fs_.Recover();
    if (status.ok()) break;
    EXPECT_EQ(status.code(), StatusCode::kIo);
    writer->Abort();
    EXPECT_EQ(dir_.Files(), Names{}) << k;
  }
}

TEST(PartitionTime, PatternAndZone) {
  PartitionCommitOptions options{.time_pattern = "$day $hour:00:00",
                                 .zone = *expr::TimeZone::Find("Asia/Shanghai")};
  EXPECT_EQ(*PartitionTimeMs(options, {{"day", "1970-01-02"}, {"hour", "8"}}), 86400000);
  EXPECT_EQ(PartitionTimeMs(options, {{"day", "x"}, {"hour", "8"}}).status().message(),
            "partition 'day=x/hour=8': 'x 8:00:00' is not a time of the form yyyy-MM-dd HH:mm:ss "
            "(see 'partition.time-extractor.timestamp-pattern')");
}

}  // namespace
}  // namespace thalweg::connectors
