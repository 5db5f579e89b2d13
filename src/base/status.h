// Status and Result<T>: how every room reports failure. No exception crosses a room's border.
//
// A Status is one pointer: null means OK. An error carries a class (whose fault, what to do), a
// message for the person who reads it, and optionally the span of SQL text that it is about; the
// front door turns the span into file, line, column and a caret.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace thalweg {

/// Whose fault an error is, and whether a retry can help.
enum class StatusCode : uint8_t {
  kOk,
  kInvalidSql,         ///< the SQL text or an option is wrong; the user must change it
  kNotSupported,       ///< valid in Flink, not (yet) here; named in the message
  kBadData,            ///< an input row or file is malformed; message names file, line, offset
  kEvaluation,         ///< an expression failed on a row (division by zero, overflow, bad cast)
  kIo,                 ///< the outside world failed; a retry may help
  kResourceExhausted,  ///< a limit (memory, depth) was reached; message names the owner
  kCancelled,          ///< the job was stopped on purpose
  kInternal,           ///< our own mistake
};

/// Half-open byte range in the SQL text that a statement came from.
struct SqlSpan {
  uint32_t begin = 0;
  uint32_t end = 0;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message)
      : rep_(std::make_shared<Rep>(Rep{code, std::move(message), std::nullopt})) {}

  static Status OK() { return Status(); }
  static Status InvalidSql(std::string m) { return {StatusCode::kInvalidSql, std::move(m)}; }
  static Status InvalidSql(SqlSpan span, std::string m) {
    return Status(StatusCode::kInvalidSql, std::move(m)).WithSpan(span);
  }
  static Status NotSupported(std::string m) { return {StatusCode::kNotSupported, std::move(m)}; }
  static Status NotSupported(SqlSpan span, std::string m) {
    return Status(StatusCode::kNotSupported, std::move(m)).WithSpan(span);
  }
  static Status BadData(std::string m) { return {StatusCode::kBadData, std::move(m)}; }
  static Status Evaluation(std::string m) { return {StatusCode::kEvaluation, std::move(m)}; }
  static Status Io(std::string m) { return {StatusCode::kIo, std::move(m)}; }
  static Status ResourceExhausted(std::string m) {
    return {StatusCode::kResourceExhausted, std::move(m)};
  }
  static Status Cancelled(std::string m) { return {StatusCode::kCancelled, std::move(m)}; }
  static Status Internal(std::string m) { return {StatusCode::kInternal, std::move(m)}; }

  bool ok() const { return rep_ == nullptr; }
  StatusCode code() const { return rep_ ? rep_->code : StatusCode::kOk; }
  const std::string& message() const;
  std::optional<SqlSpan> span() const { return rep_ ? rep_->span : std::nullopt; }

  /// The same error about `span`, unless it already names one (the innermost wins).
  Status WithSpan(SqlSpan span) const;
  /// The same error with "context: " before its message.
  Status WithContext(std::string_view context) const;
  /// "Invalid SQL: message".
  std::string ToString() const;

 private:
  struct Rep {
    StatusCode code;
    std::string message;
    std::optional<SqlSpan> span;
  };
  std::shared_ptr<const Rep> rep_;
};

/// Human name of a code, as printed before the message.
std::string_view StatusCodeName(StatusCode code);

/// A value or the error that prevented it.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}          // NOLINT: implicit by design
  Result(Status status) : status_(std::move(status)) {}  // NOLINT: implicit by design

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

/// Prints the message to stderr and aborts; behind TW_CHECK.
[[noreturn]] void CheckFailed(const char* file, int line, const std::string& message);

}  // namespace thalweg

#define TW_CONCAT_INNER(a, b) a##b
#define TW_CONCAT(a, b) TW_CONCAT_INNER(a, b)

#define TW_RETURN_IF_ERROR(expr)                                                 \
  do {                                                                           \
    if (::thalweg::Status tw_status = (expr); !tw_status.ok()) return tw_status; \
  } while (false)

#define TW_ASSIGN_OR_RETURN_INNER(tmp, lhs, expr) \
  auto tmp = (expr);                              \
  if (!tmp.ok()) return tmp.status();             \
  lhs = std::move(*tmp)

/// TW_ASSIGN_OR_RETURN(auto x, MakeX());
#define TW_ASSIGN_OR_RETURN(lhs, expr) \
  TW_ASSIGN_OR_RETURN_INNER(TW_CONCAT(tw_result_, __LINE__), lhs, expr)

/// Our own invariant; aborts with the text when it does not hold. `message` is a std::string
/// expression that prints the values involved; it is evaluated only on failure.
#define TW_CHECK(cond, message)                                                        \
  do {                                                                                 \
    if (__builtin_expect(!(cond), 0))                                                  \
      ::thalweg::CheckFailed(__FILE__, __LINE__, std::string(#cond ": ") + (message)); \
  } while (false)
