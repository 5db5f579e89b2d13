// Savepoint requests: how `thalweg savepoint` reaches a running job: files in the job's checkpoint
// folder, which the job's checkpoint thread looks at ten times a second.
//
//   <folder>/requests/<id>.asker     held by whoever asks, as long as an answer is of use
//   <folder>/requests/<id>.request   what is asked, put there by a rename
//   <folder>/requests/<id>.taken     its name while the job, which holds the file, is at it
//   <folder>/requests/<id>.answer    "ok" or the error, put there when it is done
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/held_file.h"
#include "base/status.h"

namespace thalweg::runtime {

/// What becomes of the job after the savepoint.
enum class AfterSavepoint : uint8_t {
  kGoOn,
  kStop,   ///< it ends; a later start goes on from there
  kDrain,  ///< its input ends: windows fire, output is completed, the job has finished
};

struct SavepointRequest {
  std::string id;
  std::string folder;  ///< absolute; must not exist
  AfterSavepoint after = AfterSavepoint::kGoOn;
  /// The job's side: as long as it is held, whoever asked knows that the job is at it.
  std::shared_ptr<HeldFile> held = nullptr;
};

/// Asks the job that keeps its checkpoints in `job_folder`, and waits for the answer; kIo soon if
/// nothing takes the request, or if the job ends before it has answered.
Status RequestSavepoint(FileSystem* file_system, const std::string& job_folder,
                        const SavepointRequest& request, std::chrono::milliseconds timeout);

/// The job's side: takes what has been asked since the last call; removes what nobody waits for any
/// more. `now_ms`: of the file system's clock.
Result<std::vector<SavepointRequest>> TakeSavepointRequests(FileSystem* file_system,
                                                            const std::string& job_folder,
                                                            int64_t now_ms);
Status AnswerSavepointRequest(FileSystem* file_system, const std::string& job_folder,
                              const std::string& id, const Status& status);

}  // namespace thalweg::runtime
