// A savepoint: a checkpoint in a folder of its own that needs nothing outside it, so that it can be
// moved and kept. _metadata is its manifest; the state files stand beside it.
#pragma once

#include <string>

#include "base/file_system.h"
#include "base/status.h"
#include "runtime/manifest.h"

namespace thalweg::runtime {

/// Copies the checkpoint to `folder`, which must not exist; its state files are relative to
/// `state_folder`, and what it lists as pending has been published. All of it becomes durable, or
/// nothing is left.
Status WriteSavepoint(FileSystem* file_system, const Manifest& manifest,
                      const std::string& state_folder, const std::string& folder);

}  // namespace thalweg::runtime
