#include "cli/run_command.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>

#include "api/error_text.h"
#include "api/job_report.h"
#include "api/result_writer.h"
#include "api/session.h"
#include "api/stored_state.h"
#include "cli/interrupt.h"
#include "cli/job_identity.h"
#include "cli/progress.h"
#include "cli/terminal.h"

namespace thalweg::cli {
namespace {

constexpr size_t kLargestScript = 256 << 20;

// The whole of a file, or of standard input for "-".
Status ReadScript(const std::string& path, std::string* text) {
  FILE* file = path == "-" ? stdin : fopen(path.c_str(), "rb");
  if (file == nullptr) return Status::Io("cannot read " + path + ": " + strerror(errno));
  char buffer[1 << 16];
  size_t n = 0;
  while ((n = fread(buffer, 1, sizeof buffer, file)) > 0 && text->size() <= kLargestScript)
    text->append(buffer, n);
  const int error = ferror(file) ? errno : 0;
  if (file != stdin) fclose(file);
  if (error != 0) return Status::Io("cannot read " + path + ": " + strerror(error));
  if (text->size() > kLargestScript) return Status::InvalidSql(path + " is no SQL file: too large");
  return Status::OK();
}

// Results to standard output; messages, notices and progress to standard error.
class RunHandler : public api::ResultWriter {
 public:
  RunHandler(api::OutputFormat format, api::Session* session, Terminal* terminal)
      : ResultWriter(format, session->configuration(),
                     [terminal](std::string_view text) { return terminal->Write(text); }),
        terminal_(terminal),
        progress_(terminal, [this] { (void)Flush(); }) {}

  void OnMessage(std::string_view message) override {
    if (terminal_->error_is_terminal()) terminal_->Error(message);
  }
  void OnNotice(std::string_view notice) override {
    terminal_->Error("note: " + std::string(notice));
  }
  void OnLog(std::string_view line) override {
    if (!terminal_->error_is_terminal()) terminal_->Error(line);
  }
  void OnJobStart(const runtime::Job* job, std::string_view name) override {
    report_.OnStart(job, name);
    progress_.Add(job, name);
  }
  void OnJobEnd(const runtime::Job* job) override {
    report_.OnEnd(job);
    progress_.Remove(job);
  }
  const api::JobReport& report() const { return report_; }

 private:
  Terminal* const terminal_;
  api::JobReport report_;
  Progress progress_;
};

api::OutputFormat FormatOf(Output output, const Terminal& terminal) {
  switch (output) {
    case Output::kChangelog:
      return api::OutputFormat::kChangelog;
    case Output::kTable:
      return api::OutputFormat::kTable;
    case Output::kCsv:
      return api::OutputFormat::kCsv;
    case Output::kJson:
      return api::OutputFormat::kJson;
    case Output::kAuto:
      break;
  }
  return terminal.output_is_terminal() ? api::OutputFormat::kTable : api::OutputFormat::kChangelog;
}

// The session that a signal stops; none before it is made and once it has done its work.
class RunningSession {
 public:
  void Set(api::Session* session) {
    std::lock_guard lock(mutex_);
    session_ = session;
    if (session_ != nullptr && stopped_) session_->Stop();
  }
  void Stop() {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    if (session_ != nullptr) session_->Stop();
  }
  bool CanBeLeft() {
    std::lock_guard lock(mutex_);
    return session_ != nullptr && session_->CanBeLeft();
  }

 private:
  std::mutex mutex_;
  api::Session* session_ = nullptr;
  bool stopped_ = false;
};

Status Configure(const CommandLine& command, api::Session* session) {
  for (const auto& [key, value] : command.settings) {
    TW_RETURN_IF_ERROR(session->Configure(key, value));
  }
  return Status::OK();
}

Status Functions(const CommandLine& command, api::Session* session, Terminal* terminal) {
  const bool one = !command.function.empty();
  std::string name;
  for (const char c : command.function) name += c == '`' ? std::string("``") : std::string(1, c);
  const std::string script = one ? "DESCRIBE FUNCTION `" + name + "`" : "SHOW FUNCTIONS";
  RunHandler handler(api::OutputFormat::kTable, session, terminal);
  return session->RunScript(script, &handler);
}

Status WriteFile(const std::string& path, std::string_view text) {
  FILE* file = fopen(path.c_str(), "wb");
  bool written = file != nullptr && fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file != nullptr) written &= fclose(file) == 0;
  return written ? Status::OK() : Status::Io("cannot write " + path + ": " + strerror(errno));
}

// The commands about checkpoints need no session.
int StateCommand(const CommandLine& command) {
  Terminal terminal;
  FileSystem* fs = FileSystem::Posix();
  const std::string root = StateRoot();
  Result<std::string> text = std::string();
  if (command.command == Command::kStateList) {
    text = api::ListState(fs, root, command.job);
  } else if (command.command == Command::kStateShow) {
    text = api::ShowState(fs, root, command.job, command.ddl);
  } else {
    text = api::MakeSavepoint(fs, root, command.job, command.target, command.stop, command.drain);
    if (text.ok()) *text += '\n';
  }
  const Status status = text.ok() ? terminal.Write(*text) : text.status();
  if (status.ok()) return 0;
  terminal.Error("thalweg: " + status.message());
  return 1;
}

// What the end of a long job needs: better refused before its start.
Status CheckOutputs(const CommandLine& command) {
  if (!command.report.empty()) {
    FILE* file = fopen(command.report.c_str(), "ab");
    if (file == nullptr) {
      return Status::Io("--report: cannot write " + command.report + ": " + strerror(errno));
    }
    fclose(file);
  }
  if (!command.savepoint_on_stop.empty()) {
    TW_ASSIGN_OR_RETURN(const auto there, FileSystem::Posix()->Stat(command.savepoint_on_stop));
    if (there) {
      return Status::Io("--savepoint-on-stop: " + command.savepoint_on_stop + ": exists already");
    }
  }
  return Status::OK();
}

}  // namespace

int RunCommand(const CommandLine& command) {
  signal(SIGPIPE, SIG_IGN);
  if (command.command == Command::kSavepoint || command.command == Command::kStateList ||
      command.command == Command::kStateShow) {
    return StateCommand(command);
  }
  Terminal terminal;
  std::string script;
  const std::string name = command.file == "-" ? "<stdin>" : command.file;
  RunningSession running;
  // Before the session, so that its threads inherit the signal mask.
  const auto stop = [&] {
    running.Stop();
    if (terminal.error_is_terminal()) terminal.TryError("stopping; once more to end at once");
  };
  const auto end_overdue = [&] {
    if (!running.CanBeLeft()) return false;
    terminal.TryError(
        "note: stopping took too long: ended without a last checkpoint; a start goes on from the "
        "newest there is");
    return true;
  };
  Interrupt interrupt(stop, end_overdue);
  if (command.command != Command::kFunctions) {
    const Status read = ReadScript(command.file, &script);
    if (!read.ok()) {
      terminal.Error("thalweg: " + read.message());
      return 1;
    }
  }
  if (const Status usable = CheckOutputs(command); !usable.ok()) {
    terminal.Error("thalweg: " + usable.message());
    return 1;
  }
  api::SessionOptions options;
  options.parallelism = command.parallelism;
  options.memory_limit = command.memory_bytes;
  options.state_root = StateRoot();
  options.script_identity = ScriptIdentity(command.file, script);
  options.restore = command.restore;
  options.savepoint_on_stop = command.savepoint_on_stop;
  options.print = [&](bool error, std::string_view lines) {
    return error ? terminal.WriteError(lines) : terminal.Write(lines);
  };
  api::Session session(options);

  Status status = Configure(command, &session);
  if (!status.ok()) {
    terminal.Error("thalweg: -D: " + status.message());
    return 1;
  }
  running.Set(&session);
  switch (command.command) {
    case Command::kRun: {
      RunHandler handler(FormatOf(command.output, terminal), &session, &terminal);
      status = session.RunScript(script, &handler);
      if (!command.report.empty()) {
        const Status written = WriteFile(command.report, handler.report().ToJson());
        if (status.ok()) status = written;
      }
      break;
    }
    case Command::kCheck:
      status = session.CheckScript(script);
      if (status.ok()) status = terminal.Write(name + ": ok\n");
      break;
    case Command::kExplain: {
      Result<std::string> plan = session.ExplainScript(script);
      status = plan.ok() ? terminal.Write(*plan) : plan.status();
      break;
    }
    case Command::kFunctions:
      status = Functions(command, &session, &terminal);
      break;
    case Command::kSavepoint:
    case Command::kStateList:
    case Command::kStateShow:
      break;  // StateCommand
  }
  running.Set(nullptr);
  for (const std::string& notice : session.TakeNotices()) terminal.Error("note: " + notice);
  if (status.ok() || (interrupt.received() && status.code() == StatusCode::kCancelled)) return 0;
  if (terminal.output_closed()) {
    terminal.Error("thalweg: nobody reads standard output any more");
  } else if (command.command == Command::kFunctions) {
    terminal.Error("thalweg: " + status.message());
  } else {
    terminal.Error(api::ErrorText(status, script, name));
  }
  return 1;
}

}  // namespace thalweg::cli
