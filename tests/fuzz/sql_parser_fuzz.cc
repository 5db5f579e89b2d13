// libFuzzer target: any bytes through the splitter, the parser and the error renderer.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sql/parser/parser.h"
#include "sql/source_text.h"
#include "sql/statement_splitter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using thalweg::sql::ParseStatement;
  using thalweg::sql::RenderError;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  thalweg::sql::StatementSplitter splitter(text);
  while (true) {
    auto span = splitter.Next();
    if (!span.ok()) {
      (void)RenderError(span.status(), text, "fuzz.sql");
      return 0;
    }
    if (!*span) return 0;
    auto statement = ParseStatement(text, **span);
    if (!statement.ok()) (void)RenderError(statement.status(), text, "fuzz.sql");
  }
}
