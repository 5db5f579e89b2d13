#include "runtime/savepoint_requests.h"

#include <fmt/format.h>

#include <thread>

#include "base/byte_coding.h"
#include "runtime/checkpoint_storage.h"

namespace thalweg::runtime {
namespace {

constexpr std::string_view kAsker = ".asker";
constexpr std::string_view kRequest = ".request";
constexpr std::string_view kTaken = ".taken";
constexpr std::string_view kAnswer = ".answer";
constexpr std::chrono::milliseconds kPoll{20};
/// A running job takes a request at once, unless a slow disk holds it up.
constexpr std::chrono::milliseconds kTakenWithin{15'000};

std::string PathOf(const std::string& job_folder, const std::string& id, std::string_view suffix) {
  return JoinPath(JoinPath(job_folder, "requests"), id + std::string(suffix));
}

Result<std::string> ReadText(FileSystem* fs, const std::string& path) {
  TW_ASSIGN_OR_RETURN(const auto file, fs->OpenForRead(path));
  std::string text(static_cast<size_t>(file->size()), '\0');
  TW_ASSIGN_OR_RETURN(const int64_t n,
                      file->ReadAt(0, file->size(), reinterpret_cast<uint8_t*>(text.data())));
  text.resize(static_cast<size_t>(n));
  return text;
}

/// Tells the job that somebody waits for its answer.
class Asker {
 public:
  static Result<std::unique_ptr<Asker>> Make(FileSystem* fs, const std::string& path) {
    TW_RETURN_IF_ERROR(WriteDurably(fs, path, ""));
    return std::unique_ptr<Asker>(new Asker(fs, path));
  }
  ~Asker() { (void)fs_->RemoveFile(path_); }

 private:
  Asker(FileSystem* fs, const std::string& path) : fs_(fs), path_(path), held_(path) {
    held_.Hold();
  }

  FileSystem* const fs_;
  const std::string path_;
  HeldFile held_;
};

}  // namespace

Status RequestSavepoint(FileSystem* fs, const std::string& job_folder,
                        const SavepointRequest& request, std::chrono::milliseconds timeout) {
  std::string bytes;
  PutString(request.folder, &bytes);
  PutVarint(static_cast<uint64_t>(request.after), &bytes);
  const std::string path = PathOf(job_folder, request.id, kRequest);
  const std::string taken_path = PathOf(job_folder, request.id, kTaken);
  const std::string answer = PathOf(job_folder, request.id, kAnswer);
  TW_ASSIGN_OR_RETURN(const auto asker, Asker::Make(fs, PathOf(job_folder, request.id, kAsker)));
  TW_RETURN_IF_ERROR(WriteDurably(fs, path, bytes));
  const auto begin = std::chrono::steady_clock::now();
  bool taken = false;
  while (std::chrono::steady_clock::now() < begin + timeout) {
    TW_ASSIGN_OR_RETURN(const auto in_work, fs->Stat(taken_path));
    // Unless the answer has come meanwhile.
    const bool ended = in_work && HeldFile(taken_path).IsFree();
    TW_ASSIGN_OR_RETURN(const auto answered, fs->Stat(answer));
    if (answered) {
      TW_ASSIGN_OR_RETURN(const std::string text, ReadText(fs, answer));
      (void)fs->RemoveFile(answer);
      return text.empty() ? Status::OK() : Status::Io(text);
    }
    if (ended) {
      (void)fs->RemoveFile(taken_path);
      return Status::Io(job_folder + ": the job has ended before it had answered");
    }
    if (!taken) {
      TW_ASSIGN_OR_RETURN(const auto waiting, fs->Stat(path));
      taken = !waiting;
      if (waiting && std::chrono::steady_clock::now() > begin + kTakenWithin) {
        (void)fs->RemoveFile(path);
        return Status::Io(
            fmt::format("{}: nothing has taken the request within {} s: is the job running?",
                        job_folder, kTakenWithin.count() / 1000));
      }
    }
    std::this_thread::sleep_for(kPoll);
  }
  return Status::Io(fmt::format("{}: no answer within {} s", job_folder, timeout.count() / 1000));
}

Result<std::vector<SavepointRequest>> TakeSavepointRequests(FileSystem* fs,
                                                            const std::string& job_folder,
                                                            int64_t now_ms) {
  std::vector<SavepointRequest> requests;
  const std::string folder = JoinPath(job_folder, "requests");
  TW_ASSIGN_OR_RETURN(const auto there, fs->Stat(folder));
  if (!there) return requests;
  TW_ASSIGN_OR_RETURN(const auto entries, fs->List(folder));
  for (const FileInfo& e : entries) {
    std::string_view name = FileName(e.path);
    const bool old = now_ms - e.modification_ms > kTakenWithin.count();
    const bool meant_to_be_held = name.ends_with(kTaken) || name.ends_with(kAsker);
    if (meant_to_be_held && old && HeldFile(e.path).IsFree()) {
      TW_RETURN_IF_ERROR(fs->RemoveFile(e.path));  // by a process that has ended
    }
    if (!name.ends_with(kRequest)) continue;
    name.remove_suffix(kRequest.size());
    const bool given_up = old || HeldFile(PathOf(job_folder, std::string(name), kAsker)).IsFree();
    TW_ASSIGN_OR_RETURN(const std::string bytes, ReadText(fs, e.path));
    SavepointRequest request{.id = std::string(name), .held = std::make_shared<HeldFile>(e.path)};
    ByteReader in(bytes);
    uint64_t after = 0;
    if (given_up || !in.GetString(&request.folder) || !in.GetVarint(&after) || after > 2) {
      TW_RETURN_IF_ERROR(fs->RemoveFile(e.path));
      continue;
    }
    request.held->Hold();
    TW_RETURN_IF_ERROR(fs->Rename(e.path, PathOf(job_folder, request.id, kTaken)));
    request.after = static_cast<AfterSavepoint>(after);
    requests.push_back(std::move(request));
  }
  return requests;
}

Status AnswerSavepointRequest(FileSystem* fs, const std::string& job_folder, const std::string& id,
                              const Status& status) {
  TW_RETURN_IF_ERROR(
      WriteDurably(fs, PathOf(job_folder, id, kAnswer), status.ok() ? "" : status.message()));
  return fs->RemoveFile(PathOf(job_folder, id, kTaken));
}

}  // namespace thalweg::runtime
