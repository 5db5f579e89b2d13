// docs/options.md is what the program declares; THALWEG_BLESS=1 writes it anew.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "api/session.h"
#include "base/option_keys.h"
#include "connectors/registry.h"
#include "formats/registry.h"

namespace thalweg::api {
namespace {

constexpr char kPath[] = "docs/options.md";  // tests run in the repository's root

// '|' separates the cells of a table, '<' begins a tag.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '<') out += '\\';
    out += c;
  }
  return out;
}

std::string Code(std::string_view text) { return text.empty() ? "" : fmt::format("`{}`", text); }

std::string ValuesOf(const OptionKey& key) {
  switch (key.type) {
    case OptionType::kString:
      return "text";
    case OptionType::kBoolean:
      return "true, false";
    case OptionType::kDuration:
      return "duration";
    case OptionType::kInteger:
    case OptionType::kNumber:
    case OptionType::kEnum:
      break;
  }
  if (key.values.empty()) return "number";
  std::string out;
  for (const char c : key.values) out += c == '|' ? std::string(", ") : std::string(1, c);
  return out;
}

void AppendKeys(OptionClass option_class, std::string* page) {
  for (const OptionKey& key : AllOptionKeys()) {
    if (key.option_class != option_class) continue;
    if (option_class == OptionClass::kHonoured) {
      *page += fmt::format("| `{}` | {} | {} | {} |\n", key.name, ValuesOf(key),
                           Code(key.default_value), Escaped(key.doc));
    } else {
      *page += fmt::format("| `{}` | {} |\n", key.name, Escaped(key.doc));
    }
  }
}

void AppendOptions(std::span<const formats::OptionDoc> options, std::string_view prefix,
                   std::string* page) {
  if (options.empty()) return;
  *page += "\n| Option | Default | Meaning |\n|---|---|---|\n";
  for (const formats::OptionDoc& o : options) {
    *page += fmt::format("| `{}{}` | {} | {} |\n", prefix, o.name, Code(Escaped(o.default_value)),
                         Escaped(o.doc));
  }
}

std::string Page() {
  std::string page =
      "# Options\nWhat the program declares, and checks by name. Written by a test from the "
      "declarations.\n\n"
      "## Configuration keys\n"
      "`SET 'key' = 'value';` in the script, or `-D key=value` on the command line, as if it stood "
      "before the script. The keys are Flink's; a key is of one of four classes.\n\n"
      "1. Honoured:\n\n| Key | Values | Default | Meaning |\n|---|---|---|---|\n";
  AppendKeys(OptionClass::kHonoured, &page);
  page +=
      "\n2. Without a meaning here: accepted, and a note says why.\n\n| Key | Why |\n|---|---|\n";
  AppendKeys(OptionClass::kNoMeaning, &page);
  page +=
      "\n3. Not supported: refused, as ignoring another value than the default would change "
      "results.\n\n"
      "| Key | Why |\n|---|---|\n";
  AppendKeys(OptionClass::kUnsupported, &page);
  page +=
      "\n4. Any other key is refused, with a suggestion.\n\n"
      "A duration is a number and a unit: `10 s`, `500 ms`, `1 min`, `2 h`, `1 d`; without a unit, "
      "milliseconds.\n";
  page +=
      "\n## Connectors\n"
      "The options of `CREATE TABLE .. WITH (..)`. An unknown one is refused, with a suggestion. "
      "The watermark options `scan.watermark.*` stand beside those of every source.\n";
  for (const connectors::Connector* c : connectors::AllConnectors()) {
    page += fmt::format("\n### {}\n", c->identifier);
    page += c->make_source == nullptr ? "To be written to.\n"
            : c->make_sink == nullptr ? "To be read.\n"
                                      : "To be read and written to.\n";
    AppendOptions(c->options, "", &page);
    for (const formats::OptionDoc& o : c->refused) {
      page += fmt::format("\n`{}` is refused: {}.\n", o.name, o.doc);
    }
  }
  page += "\n## Formats\n";
  for (const formats::Format* f : formats::AllFormats()) {
    page += fmt::format("\n### {}\n", f->identifier);
    AppendOptions(f->options, fmt::format("{}.", f->identifier), &page);
  }
  return page;
}

TEST(OptionsPageTest, SaysWhatIsDeclared) {
  const Session session{SessionOptions()};  // makes all connectors known
  if (std::getenv("THALWEG_BLESS") != nullptr) std::ofstream(kPath) << Page();
  std::ifstream file(kPath);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), Page()) << "THALWEG_BLESS=1 writes " << kPath << " anew";
}

}  // namespace
}  // namespace thalweg::api
