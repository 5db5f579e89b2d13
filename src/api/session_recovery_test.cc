// Whole jobs through a Session whose checkpoints meet a disk that fails on demand.
#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "api/session.h"
#include "base/fault_injecting_file_system.h"
#include "base/temporary_folder_testing.h"

namespace thalweg::api {
namespace {

class Listener final : public ResultHandler {
 public:
  explicit Listener(std::function<bool()> look) : look_(std::move(look)) {}
  Status OnSchema(const data::Schema&, graph::ChangelogMode) override { return Status::OK(); }
  Status OnBatch(const data::Batch&) override { return Status::OK(); }
  Status OnResultEnd() override { return Status::OK(); }
  void OnNotice(std::string_view notice) override { OnLog(notice); }
  void OnLog(std::string_view line) override {
    std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
    changed_.notify_all();
  }
  /// A log line that contains `text`, after those of earlier calls.
  ::testing::AssertionResult Comes(const std::string& text) {
    return Waits(text, [&] {
      while (seen_ < lines_.size()) {
        if (lines_[seen_++].find(text) != std::string::npos) return true;
      }
      return false;
    });
  }
  /// Until `look` is true; looks at every log line.
  ::testing::AssertionResult Sees(const std::string& what) { return Waits(what, look_); }

 private:
  ::testing::AssertionResult Waits(const std::string& what, const std::function<bool()>& done) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, std::chrono::seconds(60), done)) {
      return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure()
           << "waited in vain for " << what << ": " << ::testing::PrintToString(lines_);
  }

  const std::function<bool()> look_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  size_t seen_ = 0;
};

/// Calls `on_owner` when a start is about to take the job over.
class WatchedFileSystem final : public FaultInjectingFileSystem {
 public:
  WatchedFileSystem() : FaultInjectingFileSystem(FileSystem::Posix()) {}
  std::function<void()> on_owner = [] {};
  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) override {
    if (FileName(path).starts_with("owner-")) on_owner();
    return FaultInjectingFileSystem::Create(path);
  }
};

class SessionRecoveryTest : public ::testing::Test {
 protected:
  SessionRecoveryTest() { std::filesystem::create_directory(folder_ + "/in"); }

  void Feed(int first, int last) {
    std::ofstream out(folder_ + "/next");
    for (int i = first; i <= last; ++i) out << i << "\n";
    out.close();
    std::filesystem::rename(folder_ + "/next", folder_ + "/in/" + std::to_string(first));
  }
  std::multiset<std::string> Visible() const {
    std::multiset<std::string> rows;
    if (!std::filesystem::exists(folder_ + "/out")) return rows;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/out")) {
      if (entry.path().filename().string().front() == '.') continue;
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) rows.insert(line);
    }
    return rows;
  }
  static std::multiset<std::string> Rows(int first, int last) {
    std::multiset<std::string> rows;
    for (int i = first; i <= last; ++i) rows.insert(std::to_string(i));
    return rows;
  }
  Status Run(Session* session, const std::vector<std::pair<std::string, std::string>>& settings,
             bool bounded = false) {
    for (const auto& [key, value] : settings) TW_RETURN_IF_ERROR(session->Configure(key, value));
    const std::string at = "WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '";
    return session->RunScript(
        "CREATE TABLE s (id INT) " + at + folder_ +
            (bounded ? "/in');" : "/in', 'source.monitor-interval' = '10 ms');") +
            "CREATE TABLE o (id INT) " + at + folder_ +
            "/out', 'sink.rolling-policy.file-size' = '1 b');" + "INSERT INTO o SELECT * FROM s",
        &listener_);
  }
  SessionOptions Options() {
    SessionOptions options;
    options.parallelism = 2;
    options.state_root = folder_ + "/state";
    options.file_system = &fs_;
    return options;
  }

  TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  WatchedFileSystem fs_;
  std::multiset<std::string> expected_;
  Listener listener_{[this] { return Visible() == expected_; }};
};

TEST_F(SessionRecoveryTest, AJobOutlivesAFullDisk) {
  Session session(Options());
  Status status;
  std::thread running([&] {
    status = Run(&session, {{"execution.checkpointing.interval", "20 ms"}});
  });
  Feed(1, 100);
  expected_ = Rows(1, 100);
  EXPECT_TRUE(listener_.Sees("the first rows"));
  fs_.FillUpAfter(0);
  Feed(101, 200);
  EXPECT_TRUE(listener_.Comes("failed, the job goes on: "));
  EXPECT_TRUE(listener_.Comes("No space left on device"));
  EXPECT_TRUE(listener_.Comes("failed, the job goes on: ")) << "any number is tolerated";
  EXPECT_EQ(Visible(), Rows(1, 100)) << "what no checkpoint holds stays hidden";
  fs_.Recover();
  expected_ = Rows(1, 200);
  EXPECT_TRUE(listener_.Sees("the rest"));
  session.Stop();
  running.join();
  EXPECT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(Visible(), Rows(1, 200));
}

TEST_F(SessionRecoveryTest, TooManyFailuresEndTheJobByName) {
  Session session(Options());
  Status status;
  std::thread running([&] {
    status = Run(&session, {{"execution.checkpointing.interval", "20 ms"},
                            {"execution.checkpointing.tolerable-failed-checkpoints", "2"},
                            {"restart-strategy.type", "none"}});
  });
  EXPECT_TRUE(listener_.Comes("checkpoint 1: "));
  fs_.FillUpAfter(0);
  running.join();
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_NE(status.message().find("3 checkpoints failed in a row"), std::string::npos);
  EXPECT_NE(status.message().find("tolerable-failed-checkpoints"), std::string::npos);
  EXPECT_NE(status.message().find("No space left on device"), std::string::npos);
}

TEST_F(SessionRecoveryTest, AJobThatEndsWhileItIsTakenOverIsNotRunAgain) {
  Feed(1, 100);
  ASSERT_TRUE(Run(std::make_unique<Session>(Options()).get(), {}, true).ok());
  ASSERT_EQ(Visible(), Rows(1, 100));
  // Its last checkpoint is not there yet when the second start looks, and is when it chooses.
  std::string last;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ + "/state")) {
    if (entry.path().filename().string().starts_with("chk-")) last = entry.path();
  }
  ASSERT_FALSE(last.empty());
  std::filesystem::rename(last, folder_ + "/aside");
  fs_.on_owner = [&] {
    if (std::filesystem::exists(folder_ + "/aside")) {
      std::filesystem::rename(folder_ + "/aside", last);
    }
  };
  ASSERT_TRUE(Run(std::make_unique<Session>(Options()).get(), {}, true).ok());
  EXPECT_TRUE(listener_.Comes("has ended meanwhile"));
  EXPECT_EQ(Visible(), Rows(1, 100));
  ASSERT_TRUE(Run(std::make_unique<Session>(Options()).get(), {}, true).ok());
  std::multiset<std::string> twice = Rows(1, 100);
  twice.merge(Rows(1, 100));
  EXPECT_EQ(Visible(), twice) << "now it is asked for again";
}

}  // namespace
}  // namespace thalweg::api
