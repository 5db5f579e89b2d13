// A job's life with a file sink, crashed at every file operation, stopped and overtaken, restored
// from older checkpoints: the rows that a reader sees must be those written, each once.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <random>

#include "base/fault_injecting_file_system.h"
#include "base/temporary_folder_testing.h"
#include "connectors/filesystem/file_sink_committer.h"
#include "connectors/filesystem/file_sink_takeover.h"
#include "connectors/filesystem/file_sink_writer.h"
#include "connectors/filesystem/line_format_testing.h"

namespace thalweg::connectors {
namespace {

constexpr int kRows = 40;
constexpr int kRowsOfAnEpoch = 8;

/// Rows as lines, and a last line without which a file is not whole.
class FooterEncoder : public formats::FileEncoder {
 public:
  Status Write(const data::Batch& batch, std::string* out) override {
    return lines_.Encode(batch, out);
  }
  Status Finish(std::string* out) override {
    *out += "END\n";
    return Status::OK();
  }

 private:
  LineEncoder lines_;
};

/// Of a whole one.
class FooterReader : public formats::FileReader {
 public:
  explicit FooterReader(std::string text) : text_(std::move(text)) {}
  void Seek(const formats::RowGroupPosition&) override {}
  formats::RowGroupPosition position() const override { return {}; }
  Result<bool> Next(int32_t max_rows, data::Batch* batch) override {
    std::vector<std::vector<std::string>> rows;
    while (static_cast<int32_t>(rows.size()) < max_rows && !text_.starts_with("END\n")) {
      const size_t end = text_.find('\n');
      if (end == std::string::npos) return Status::BadData("cut off");
      rows.push_back({text_.substr(0, end)});
      text_.erase(0, end + 1);
    }
    if (rows.empty()) return false;
    *batch = StringBatch(rows);
    return true;
  }

 private:
  std::string text_;
};

const formats::Format kBulkFormat = {
    .identifier = "bulk",
    .make_reader =
        [](std::shared_ptr<const formats::RandomAccessFile> file, const formats::DecodeTarget&,
           std::vector<formats::ColumnPredicate>, const formats::FormatOptions&,
           const formats::FormatContext&) -> Result<std::unique_ptr<formats::FileReader>> {
      std::string text(static_cast<size_t>(file->size()), '\0');
      TW_RETURN_IF_ERROR(file->ReadAt(0, file->size(), reinterpret_cast<uint8_t*>(text.data())));
      return {std::make_unique<FooterReader>(std::move(text))};
    },
    .make_file_encoder =
        [](const data::Schema&, const formats::FormatOptions&,
           const formats::FormatContext&) -> Result<std::unique_ptr<formats::FileEncoder>> {
      return {std::make_unique<FooterEncoder>()};
    }};

/// The machine's file system without waiting for the disk: what counts as durable is the fault
/// injecting file system's matter.
class HastyFileSystem : public FileSystem {
 public:
  Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override {
    return base_->OpenForRead(path);
  }
  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override {
    return base_->Create(path);
  }
  Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path,
                                                      int64_t length) override {
    return base_->OpenForAppend(path, length);
  }
  Result<std::optional<FileInfo>> Stat(const std::string& path) override {
    return base_->Stat(path);
  }
  Result<std::vector<FileInfo>> List(const std::string& path) override { return base_->List(path); }
  Status Rename(const std::string& from, const std::string& to) override {
    return base_->Rename(from, to);
  }
  Status RemoveFile(const std::string& path) override { return base_->RemoveFile(path); }
  Status RemoveTree(const std::string& path) override { return base_->RemoveTree(path); }
  Status MakeDirectories(const std::string& path) override { return base_->MakeDirectories(path); }
  // What is not there cannot be made durable.
  Status SyncFile(const std::string& path) override { return base_->OpenForRead(path).status(); }
  Status SyncDirectory(const std::string& path) override { return base_->List(path).status(); }

  static FileSystem* Get() {
    static HastyFileSystem instance;
    return &instance;
  }

 private:
  FileSystem* const base_ = FileSystem::Posix();
};

/// Calls `hook` before the `stop_at`-th changing operation, of whatever thread: a process that is
/// stopped there while others go on.
class StoppingFileSystem : public FaultInjectingFileSystem {
 public:
  StoppingFileSystem() : FaultInjectingFileSystem(HastyFileSystem::Get()) {}
  int stop_at = -1;
  std::function<void()> hook;

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override {
    Step();
    return FaultInjectingFileSystem::Create(path);
  }
  Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path,
                                                      int64_t length) override {
    Step();
    return FaultInjectingFileSystem::OpenForAppend(path, length);
  }
  Status SyncFile(const std::string& path) override {
    Step();
    return FaultInjectingFileSystem::SyncFile(path);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    Step();
    return FaultInjectingFileSystem::Rename(from, to);
  }
  Status RemoveFile(const std::string& path) override {
    Step();
    return FaultInjectingFileSystem::RemoveFile(path);
  }
  Status SyncDirectory(const std::string& path) override {
    Step();
    return FaultInjectingFileSystem::SyncDirectory(path);
  }

 private:
  void Step() {
    std::lock_guard lock(mutex_);
    if (stop_at >= 0 && stop_at-- == 0) hook();
  }

  std::mutex mutex_;
};

struct Sealed {
  int64_t epoch = 0;
  std::vector<std::string> committables;
};

struct Checkpoint {
  std::string lineage;
  int64_t epoch = 0;
  int rows = 0;  // how far the source was
  std::vector<Sealed> pending;
  std::vector<std::string> writers;
  std::string committer;
};

/// What processes share, besides the table's folder.
struct CheckpointFolder {
  int64_t owner = 0;
  std::vector<std::string> lineages;    // that starts have begun
  std::vector<Checkpoint> checkpoints;  // newest last
};

/// One start of the job: one process.
class Life {
 public:
  Life(FileSinkOptions options, FileSystem* fs, CheckpointFolder* folder, int parallelism)
      : options_(std::move(options)), folder_(folder), parallelism_(parallelism) {
    options_.file_system = fs;
  }

  Status Start() {
    if (!folder_->checkpoints.empty()) checkpoint_ = folder_->checkpoints.back();
    const int64_t generation = ++folder_->owner;
    if (checkpoint_.epoch == 0) checkpoint_.lineage = "R" + std::to_string(generation);
    options_.owner = {.lineage = checkpoint_.lineage,
                      .generation = generation,
                      .restored_epoch = checkpoint_.epoch};
    std::vector<std::string> known = checkpoint_.writers;
    for (const Sealed& s : checkpoint_.pending) {
      known.insert(known.end(), s.committables.begin(), s.committables.end());
    }
    TW_RETURN_IF_ERROR(TakeOverFiles(options_, known));
    // Who began a history and was overtaken before its first checkpoint is fenced, too.
    std::vector<std::string> over;
    for (const std::string& lineage : folder_->lineages) {
      if (lineage != checkpoint_.lineage) over.push_back(lineage);
    }
    TW_RETURN_IF_ERROR(RemoveUnpublishedFiles(options_, over));
    if (checkpoint_.epoch == 0) folder_->lineages.push_back(checkpoint_.lineage);
    committer_ = std::make_unique<FileSinkCommitter>(options_);
    TW_RETURN_IF_ERROR(committer_->Restore(checkpoint_.committer));
    sealed_ = checkpoint_.pending;
    TW_RETURN_IF_ERROR(CommitAll(false));
    for (int w = 0; w < parallelism_; ++w) {
      writers_.push_back(std::make_unique<FileSinkWriter>(options_, WriterContext{.subtask = w}));
      std::vector<std::string> mine;
      for (size_t i = 0; i < checkpoint_.writers.size(); ++i) {
        if (static_cast<int>(i) % parallelism_ == w) mine.push_back(checkpoint_.writers[i]);
      }
      TW_RETURN_IF_ERROR(writers_.back()->Restore(mine));
    }
    row_ = checkpoint_.rows;
    epoch_ = checkpoint_.epoch;
    return Status::OK();
  }

  /// `fails`: the checkpoint is given up after its seal, and the job goes on.
  Status Epoch(bool fails) {
    const int end = std::min(kRows, row_ + kRowsOfAnEpoch);
    for (; row_ < end; ++row_) {
      auto& writer = writers_[static_cast<size_t>(row_ % parallelism_)];
      const std::string id = std::to_string(row_);
      TW_RETURN_IF_ERROR(writer->Write(StringBatch({{id, "p" + std::to_string(row_ % 3)}})));
    }
    ++epoch_;
    const bool last = row_ == kRows;
    Sealed sealed{epoch_, {}};
    Checkpoint checkpoint{.lineage = options_.owner.lineage, .epoch = epoch_, .rows = row_};
    for (auto& w : writers_) {
      TW_ASSIGN_OR_RETURN(std::string bytes, w->Seal(epoch_, last));
      sealed.committables.push_back(std::move(bytes));
      TW_ASSIGN_OR_RETURN(bytes, w->Snapshot());
      checkpoint.writers.push_back(std::move(bytes));
    }
    sealed_.push_back(std::move(sealed));
    if (fails && !last) return Status::OK();
    for (Sealed& s : sealed_) {
      TW_ASSIGN_OR_RETURN(s.committables, committer_->Prepare(std::move(s.committables)));
    }
    checkpoint.committer = committer_->Snapshot();
    checkpoint.pending = sealed_;
    if (folder_->owner != options_.owner.generation) return Status::Cancelled("not the owner");
    // Here a process can be stopped that has found itself the owner.
    TW_RETURN_IF_ERROR(options_.file_system->SyncDirectory(ParentDirectory(options_.root)));
    // A higher generation's checkpoints always win.
    if (folder_->owner == options_.owner.generation) folder_->checkpoints.push_back(checkpoint);
    return CommitAll(last);
  }

  Status Finish(std::mt19937* random) {
    while (!done()) TW_RETURN_IF_ERROR(Epoch((*random)() % 4 == 0));
    return Status::OK();
  }
  bool done() const { return row_ == kRows; }

 private:
  Status CommitAll(bool end) {
    while (!sealed_.empty()) {
      TW_RETURN_IF_ERROR(committer_->Commit(sealed_[0].epoch, sealed_[0].committables, 0,
                                            end && sealed_.size() == 1));
      sealed_.erase(sealed_.begin());
    }
    return Status::OK();
  }

  FileSinkOptions options_;
  CheckpointFolder* const folder_;
  const int parallelism_;
  Checkpoint checkpoint_;
  std::unique_ptr<FileSinkCommitter> committer_;
  std::vector<std::unique_ptr<FileSinkWriter>> writers_;
  std::vector<Sealed> sealed_;
  int row_ = 0;
  int64_t epoch_ = 0;
};

enum class Table {
  kLines,
  kBulk,
  kPartitionedLines,
  kPartitionedBulk,
  kCompactedLines,
  kPartitionedCompactedBulk,
};

class FileSinkRecovery : public testing::TestWithParam<Table> {
 protected:
  bool bulk() const {
    return GetParam() == Table::kBulk || GetParam() == Table::kPartitionedBulk ||
           GetParam() == Table::kPartitionedCompactedBulk;
  }
  bool partitioned() const {
    return GetParam() == Table::kPartitionedLines || GetParam() == Table::kPartitionedBulk ||
           GetParam() == Table::kPartitionedCompactedBulk;
  }
  bool compacted() const { return GetParam() >= Table::kCompactedLines; }

  FileSinkOptions OptionsFor(const TemporaryFolder& dir) const {
    FileSinkOptions options{.table_name = "t",
                            .root = dir / "out",
                            .format = {.format = bulk() ? &kBulkFormat : &kLineFormat},
                            .file_columns = {{"a", data::Type::String()}},
                            .file_column_indices = {0},
                            .default_partition_name = "NONE",
                            .rolling = {.file_bytes = 20}};
    if (compacted()) {
      options.rolling.file_bytes = 6;
      options.compact_bytes = 15;
    }
    if (partitioned()) {
      options.partition_keys = {"p"};
      options.partition_indices = {1};
      options.commit = {.success_file = true};
    }
    return options;
  }

  /// The rows that a reader sees, in order of their numbers; none of a file that is not whole.
  std::vector<int> Rows(const TemporaryFolder& dir) const {
    std::vector<int> rows;
    for (const std::string& f : dir.Files("out")) {
      const std::string_view name = FileName(f);
      if (name.front() == '.' || name.front() == '_') continue;
      std::string text = TemporaryFolder::Read(dir / f);
      if (bulk()) {
        EXPECT_TRUE(text.ends_with("END\n")) << f << ": " << text;
        text.resize(text.size() - 4);
      }
      for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
        rows.push_back(std::stoi(text.substr(at)));
      }
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }
  void ExpectAllRowsOnce(const TemporaryFolder& dir, const std::string& lineage) const {
    std::vector<int> expected(kRows);
    for (int i = 0; i < kRows; ++i) expected[static_cast<size_t>(i)] = i;
    EXPECT_EQ(Rows(dir), expected) << testing::PrintToString(dir.Files("out"));
    for (const std::string& f : dir.Files("out")) {
      if (lineage.empty() || f.find("-" + lineage + "-") == std::string::npos) continue;
      EXPECT_NE(FileName(f).front(), '.') << f << " is left over";
    }
    if (!partitioned()) return;
    for (const char* p : {"p0", "p1", "p2"}) {
      EXPECT_TRUE(*FileSystem::Posix()->Stat(dir / ("out/p=" + std::string(p) + "/_SUCCESS"))) << p;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Tables, FileSinkRecovery,
                         testing::Values(Table::kLines, Table::kBulk, Table::kPartitionedLines,
                                         Table::kPartitionedBulk, Table::kCompactedLines,
                                         Table::kPartitionedCompactedBulk));

TEST_P(FileSinkRecovery, CrashedAtEveryOperation) {
  for (int k = 0;; ++k) {
    SCOPED_TRACE(k);
    ASSERT_LT(k, 2000);
    const TemporaryFolder dir;
    std::mt19937 random(static_cast<unsigned>(k));
    CheckpointFolder checkpoints;
    bool crashed = false;
    // The second and third start crash as early or as late, so that some crash while they restore.
    for (int life = 0; life < 4; ++life) {
      FaultInjectingFileSystem fs(HastyFileSystem::Get());
      Life job(OptionsFor(dir), &fs, &checkpoints, 1 + static_cast<int>(random() % 3));
      if (life < 3) fs.FailAfter(life == 0 ? k : static_cast<int>(random() % 60));
      Status status = job.Start();
      if (status.ok()) status = job.Finish(&random);
      if (status.ok()) break;
      ASSERT_EQ(status.code(), StatusCode::kIo) << status.ToString();
      ASSERT_LT(life, 3) << status.ToString();
      crashed = true;
      fs.Crash();
      // Damaged newest checkpoints: an older one is used.
      for (auto damaged = random() % 3; damaged > 0 && checkpoints.checkpoints.size() > 1;
           --damaged) {
        checkpoints.checkpoints.pop_back();
      }
    }
    ExpectAllRowsOnce(dir, checkpoints.checkpoints.back().lineage);
    if (HasFailure() || !crashed) return;
  }
}

TEST_P(FileSinkRecovery, StoppedAtEveryOperationAndOvertaken) {
  for (int k = 0;; ++k) {
    for (const bool finishes : {false, true}) {
      SCOPED_TRACE(k);
      ASSERT_LT(k, 2000);
      const TemporaryFolder dir;
      std::mt19937 random(static_cast<unsigned>(k));
      CheckpointFolder checkpoints;
      StoppingFileSystem fs;
      Life zombie(OptionsFor(dir), &fs, &checkpoints, 2);
      Life next(OptionsFor(dir), HastyFileSystem::Get(), &checkpoints, 1 + static_cast<int>(k % 3));
      bool overtaken = false;
      fs.stop_at = k;
      fs.hook = [&] {
        overtaken = true;
        const Status s = next.Start();
        ASSERT_TRUE(s.ok()) << s.ToString();
        if (finishes) {
          ASSERT_TRUE(next.Finish(&random).ok());
        }
      };
      ASSERT_TRUE(zombie.Start().ok());
      const Status status = zombie.Finish(&random);
      if (!overtaken) return;
      if (status.ok()) {
        // It had nothing left to publish that its successor has not.
        EXPECT_TRUE(zombie.done());
      }
      const Status s = next.Finish(&random);
      ASSERT_TRUE(s.ok()) << s.ToString();
      // What the stopped one has created since stays hidden.
      ExpectAllRowsOnce(dir, "");
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace thalweg::connectors
