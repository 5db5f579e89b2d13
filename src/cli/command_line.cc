#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <string_view>

#include "base/memory.h"
#include "base/nearest_name.h"

namespace thalweg::cli {
namespace {

constexpr char kExamples[] = R"(
Examples:
  thalweg run job.sql
  thalweg run job.sql --parallelism 4 -D execution.runtime-mode=batch
  thalweg run job.sql --output json | head
  echo "SELECT 1 + 1 AS two" | thalweg run -
  thalweg check job.sql
  thalweg explain job.sql
  thalweg functions SUBSTRING
  thalweg savepoint orders --stop
  thalweg state ls

Exit code: 0, or 1 with the reason on standard error.)";

constexpr char kRunDetails[] = R"(
Statements run in order. Each INSERT outside a statement set is a job of its own: a bounded one is
waited for, an unbounded one goes on while the next statement follows, and the program ends when all
jobs have. Ctrl-C (SIGINT) and SIGTERM end them cleanly; a second one ends the program at once.

--output
  changelog   a line per change: +I[1, foo]       (default when standard output is no terminal)
  table       an aligned table, final rows        (default on a terminal)
  csv         a header and the final rows
  json        an object a row; of a result that changes, {"op":"+U","row":{...}} a change)";

const std::map<std::string, Output> kOutputs = {{"changelog", Output::kChangelog},
                                                {"table", Output::kTable},
                                                {"csv", Output::kCsv},
                                                {"json", Output::kJson}};

// Splits "key=value" at the first '='.
std::string CheckSetting(const std::string& text) {
  const size_t equals = text.find('=');
  return equals == std::string::npos || equals == 0 ? "'" + text + "' is not key=value" : "";
}

std::string CheckMemory(const std::string& text) {
  const Result<int64_t> bytes = ParseBytes(text);
  if (!bytes.ok()) return bytes.status().message();
  return *bytes > 0 ? "" : "the memory limit must be positive";
}

}  // namespace

ParsedCommandLine ParseCommandLine(int argc, const char* const* argv) {
  CommandLine out;
  CLI::App app("Thalweg: runs Apache Flink SQL files, natively.", "thalweg");
  app.footer(kExamples);
  app.set_version_flag("--version", "thalweg " THALWEG_VERSION " (the SQL of Apache Flink 2.2.1)");
  app.require_subcommand(1);

  std::vector<std::string> settings;
  std::string memory, output;
  const auto add_script = [&](CLI::App* command) {
    command->add_option("file", out.file, "the SQL file; - for standard input")->required();
    command
        ->add_option("-D", settings, "a configuration key, as SET 'key' = 'value' before the file")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false)
        ->check(CheckSetting);
  };

  CLI::App* run = app.add_subcommand("run", "run the statements of a SQL file");
  add_script(run);
  run->add_option("--parallelism,-p", out.parallelism, "workers (default: one per core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  run->add_option("--output,-o", output, "how results of SELECT are written")
      ->type_name("changelog|table|csv|json")
      ->check(CLI::IsMember({"changelog", "table", "csv", "json"}));
  run->add_option("--memory", memory, "limit of all jobs (default: 80 % of the machine's memory)")
      ->type_name("SIZE")
      ->check(CheckMemory);
  run->add_option("--restore", out.restore,
                  "what jobs start from: the latest checkpoint of theirs, none, or a checkpoint or "
                  "savepoint (default: latest)")
      ->type_name("latest|none|PATH");
  run->add_option("--savepoint-on-stop", out.savepoint_on_stop,
                  "write a savepoint to this new folder when a signal stops the job")
      ->type_name("FOLDER");
  run->add_option("--report", out.report, "write the jobs' counters as JSON at the end")
      ->type_name("FILE");
  run->footer(kRunDetails);

  CLI::App* check = app.add_subcommand("check", "plan the statements of a SQL file, run nothing");
  add_script(check);
  CLI::App* explain =
      app.add_subcommand("explain", "the plans of a SQL file, its changelogs and its state");
  add_script(explain);
  CLI::App* functions = app.add_subcommand("functions", "the functions, or what one of them does");
  functions->add_option("name", out.function, "a function's name");

  CLI::App* savepoint = app.add_subcommand("savepoint", "write a savepoint of a running job");
  savepoint->add_option("job", out.job, "the job's name, a part of it, or its checkpoint folder")
      ->required();
  savepoint->add_option("--to", out.target, "a new folder (default: in the job's own)")
      ->type_name("FOLDER");
  auto* stop = savepoint->add_flag("--stop", out.stop, "then end the job; a later start goes on");
  savepoint->add_flag("--drain", out.drain, "then end its input: windows fire, the job finishes")
      ->excludes(stop);

  CLI::App* state = app.add_subcommand("state", "what checkpoints and savepoints hold");
  state->require_subcommand(1);
  CLI::App* list = state->add_subcommand("ls", "the jobs and their checkpoints");
  list->add_option("job", out.job, "a job's name, a part of it, or its checkpoint folder");
  CLI::App* show = state->add_subcommand("show", "the operators of a checkpoint or savepoint");
  show->add_flag("--ddl", out.ddl, "print CREATE TABLE statements that read the state");
  show->add_option("path", out.job, "a checkpoint, a savepoint, or a job (its newest checkpoint)")
      ->required();

  std::vector<std::string_view> commands;
  for (CLI::App* command : app.get_subcommands({})) {
    commands.push_back(command->get_name());
    if (command != run) command->footer("");  // not the examples once more
  }
  for (CLI::App* command : state->get_subcommands({})) command->footer("");
  if (argc > 1 && argv[1][0] != '-' && std::ranges::count(commands, argv[1]) == 0) {
    std::fprintf(stderr, "thalweg: there is no command '%s'%s\n", argv[1],
                 DidYouMean(argv[1], commands).c_str());
    return {std::nullopt, 1};
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return {std::nullopt, code == 0 ? 0 : 1};
  }
  out.command = run->parsed()         ? Command::kRun
                : check->parsed()     ? Command::kCheck
                : explain->parsed()   ? Command::kExplain
                : savepoint->parsed() ? Command::kSavepoint
                : list->parsed()      ? Command::kStateList
                : show->parsed()      ? Command::kStateShow
                                      : Command::kFunctions;
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    out.settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  if (!output.empty()) out.output = kOutputs.at(output);
  if (!memory.empty()) out.memory_bytes = *ParseBytes(memory);
  return {std::move(out), 0};
}

}  // namespace thalweg::cli
