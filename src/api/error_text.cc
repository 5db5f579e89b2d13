#include "api/error_text.h"

#include "sql/source_text.h"

namespace thalweg::api {

std::string ErrorText(const Status& status, std::string_view script, std::string_view name) {
  return sql::RenderError(status, script, name);
}

}  // namespace thalweg::api
