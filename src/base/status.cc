#include "base/status.h"

#include <cstdio>
#include <cstdlib>

namespace thalweg {

std::string_view StatusCodeName(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return "OK";
    case StatusCode::kInvalidSql:
      return "Invalid SQL";
    case StatusCode::kNotSupported:
      return "Not supported";
    case StatusCode::kBadData:
      return "Bad data";
    case StatusCode::kEvaluation:
      return "Evaluation failed";
    case StatusCode::kIo:
      return "I/O error";
    case StatusCode::kResourceExhausted:
      return "Resource exhausted";
    case StatusCode::kCancelled:
      return "Cancelled";
    case StatusCode::kInternal:
      return "Internal error";
  }
  return "Unknown";
}

const std::string& Status::message() const {
  static const std::string kEmpty;
  return rep_ ? rep_->message : kEmpty;
}

Status Status::WithSpan(SqlSpan span) const {
  if (ok() || rep_->span) return *this;
  Status copy(rep_->code, rep_->message);
  auto rep = std::make_shared<Rep>(*rep_);
  rep->span = span;
  copy.rep_ = std::move(rep);
  return copy;
}

Status Status::WithContext(std::string_view context) const {
  if (ok()) return *this;
  auto rep = std::make_shared<Rep>(*rep_);
  rep->message = std::string(context) + ": " + rep->message;
  Status copy;
  copy.rep_ = std::move(rep);
  return copy;
}

std::string Status::ToString() const {
  if (ok()) return "OK";
  return std::string(StatusCodeName(code())) + ": " + message();
}

void CheckFailed(const char* file, int line, const std::string& message) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, message.c_str());
  std::abort();
}

}  // namespace thalweg
