// thalweg: the program. See `thalweg --help`.
#include "cli/command_line.h"
#include "cli/run_command.h"

int main(int argc, char** argv) {
  const thalweg::cli::ParsedCommandLine parsed = thalweg::cli::ParseCommandLine(argc, argv);
  return parsed.command ? thalweg::cli::RunCommand(*parsed.command) : parsed.exit_code;
}
