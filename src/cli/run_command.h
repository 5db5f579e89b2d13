// The commands: each reads its file, asks a Session, and returns the exit code.
#pragma once

#include "cli/command_line.h"

namespace thalweg::cli {

/// 0, or 1 after the reason has been printed.
int RunCommand(const CommandLine& command);

}  // namespace thalweg::cli
