// sql_runner: runs `.test` files in process, each case in every configuration.
//
//   sql_runner [--tier quick|all|crash|paged] [--shard I/N] [--config NAME] [--known FILE]
//              [--filter TEXT] PATH...
//
// Quick: batch size 1 and default, parallelism 1 and 4, folded, and exact changelogs under
// compat=flink. All: batch size 7, too. Crash: every job crashes and is restored, at the same
// parallelism and at another one: at random moments, and in the tier that THALWEG_TEST_TIER=all
// asks for after every checkpoint, too. Paged: after every step all state goes to the scratch file.
// A case counts once and passes when it passes everywhere. Cases of the known-failures file must
// fail somewhere; --list-failures prints the other failing ones as lines for it, with what happened
// in the place of the reason. Counts go to the file that GTEST_OUTPUT names.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "runner/case_runner.h"
#include "runner/known_failures.h"
#include "runner/shard.h"
#include "runner/test_file.h"
#include "state/extent_space.h"

namespace {

using namespace thalweg;           // NOLINT: a program
using namespace thalweg::testing;  // NOLINT

struct Options {
  bool all = false, crash = false, paged = false, list_failures = false;
  int shard = 0, shards = 1;
  std::string config, known, filter;
  std::vector<std::string> paths;
};

std::vector<Configuration> Configurations(const Options& options) {
  if (options.crash) {
    std::vector<Configuration> out = {
        {.name = "crash", .parallelism = 2, .crash = true},
        {.name = "crash-2-3", .parallelism = 2, .crash = true, .second_parallelism = 3}};
    for (Configuration c : options.all ? std::vector(out) : std::vector<Configuration>()) {
      c.name.replace(0, std::string_view("crash").size(), "barriers");
      c.every_barrier = true;
      out.push_back(std::move(c));
    }
    if (!options.config.empty())
      std::erase_if(out, [&](const Configuration& c) { return c.name != options.config; });
    return out;
  }
  if (options.paged) return {{"paged", 3, 2, false}};
  std::vector<Configuration> out = {{"p1", 0, 1, false},
                                    {"p4", 0, 4, false},
                                    {"batch1-p1", 1, 1, false},
                                    {"batch1-p4", 1, 4, false},
                                    {"exact", 1, 1, true}};
  if (options.all) {
    out.push_back({"batch7-p1", 7, 1, false});
    out.push_back({"batch7-p4", 7, 4, false});
  }
  if (!options.config.empty())
    std::erase_if(out, [&](const Configuration& c) { return c.name != options.config; });
  return out;
}

bool ReadFile(const std::string& path, std::string* text) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream buffer;
  buffer << in.rdbuf();
  *text = buffer.str();
  return in.good();
}

std::vector<std::string> FindFiles(const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      out.push_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.path().extension() == ".test") out.push_back(entry.path().string());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

Options ParseOptions(int argc, char** argv) {
  Options options;
  const char* tier = getenv("THALWEG_TEST_TIER");
  options.all = tier != nullptr && strcmp(tier, "all") == 0;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
    if (word == "--tier") {
      const std::string tier = value();
      options.all |= tier == "all";
      options.crash = tier == "crash";
      options.paged = tier == "paged";
    } else if (word == "--shard") {
      sscanf(value().c_str(), "%d/%d", &options.shard, &options.shards);
    } else if (word == "--config") {
      options.config = value();
    } else if (word == "--known") {
      options.known = value();
    } else if (word == "--list-failures") {
      options.list_failures = true;
    } else if (word == "--filter") {
      options.filter = value();
    } else {
      options.paths.push_back(word);
    }
  }
  return options;
}

/// One case with the files that its .test file brings.
struct Unit {
  const TestFile* file;
  const TestCase* test;
};

std::string RunEverywhere(const Unit& unit, const std::vector<Configuration>& configurations) {
  if (!unit.test->blessed) return "has no answer yet: run ./dev oracle on its file\n";
  std::string failures;
  for (const Configuration& configuration : configurations) {
    if (!Applies(*unit.test, configuration)) continue;
    const std::string diff = RunCase(*unit.test, unit.file->files, configuration);
    if (!diff.empty()) failures += "[" + configuration.name + "] " + diff;
    if (failures.size() > 2000) break;
  }
  return failures;
}

void WriteCounts(int tests, int failures) {
  const char* target = getenv("GTEST_OUTPUT");
  if (target == nullptr || strncmp(target, "json:", 5) != 0) return;
  std::ofstream(target + 5) << "{\"tests\": " << tests << ", \"failures\": " << failures << "}\n";
}

int Main(int argc, char** argv) {
  const Options options = ParseOptions(argc, argv);
  if (options.paged) state::ExtentSpace::ForcePagingForTesting(4096);
  KnownFailures known;
  if (!options.known.empty()) {
    std::string text;
    if (!ReadFile(options.known, &text)) {
      fprintf(stderr, "cannot read %s\n", options.known.c_str());
      return 1;
    }
    Result<KnownFailures> parsed = ParseKnownFailures(text);
    if (!parsed.ok()) {
      fprintf(stderr, "%s: %s\n", options.known.c_str(), parsed.status().message().c_str());
      return 1;
    }
    known = std::move(*parsed);
  }

  std::vector<TestFile> files;
  for (const std::string& path : FindFiles(options.paths)) {
    std::string text;
    ReadFile(path, &text);
    Result<TestFile> file = ParseTestFile(path, text);
    if (!file.ok()) {
      fprintf(stderr, "%s\n", file.status().message().c_str());
      return 1;
    }
    files.push_back(std::move(*file));
  }
  std::vector<Unit> units;
  int number = 0;
  const std::vector<Configuration> configurations = Configurations(options);
  const auto applies = [&](const TestCase& test) {
    return std::any_of(configurations.begin(), configurations.end(),
                       [&](const Configuration& c) { return Applies(test, c); });
  };
  for (const TestFile& file : files) {
    for (const TestCase& test : file.cases) {
      if (!applies(test) || number++ % options.shards != options.shard) continue;
      if (!options.filter.empty() &&
          (test.file + " " + test.name).find(options.filter) == std::string::npos)
        continue;
      units.push_back(Unit{&file, &test});
    }
  }

  const std::vector<UnitResult> results = RunUnits(static_cast<int>(units.size()), 120, [&](int i) {
    return RunEverywhere(units[i], configurations);
  });

  int failed = 0, expected_failures = 0, order_dependent = 0;
  for (size_t i = 0; i < units.size(); ++i) {
    const TestCase& test = *units[i].test;
    order_dependent += test.arrival_order;
    const auto listed = known.find({test.file, test.name});
    const bool passed = results[i].message.empty();
    if (listed != known.end() && !passed) {
      ++expected_failures;
      continue;
    }
    if (passed && (listed == known.end() || options.crash || options.paged)) continue;
    ++failed;
    if (options.list_failures) {
      const std::string& text = results[i].message;
      printf("%s :: %s :: %s\n", test.file.c_str(), test.name.c_str(),
             text.substr(0, std::min(text.find('\n'), size_t{160})).c_str());
      continue;
    }
    printf("FAILED %s:%d %s\n%s\n", test.file.c_str(), test.line, test.name.c_str(),
           passed ? "  passes, so its line in the known failures must go\n"
                  : results[i].message.c_str());
  }
  std::string names;
  for (const Configuration& configuration : configurations) names += " " + configuration.name;
  printf("configurations:%s\n", names.c_str());
  printf("%d cases depend on the order of arrival and run at parallelism 1 only\n",
         order_dependent);
  printf("%d known failures\n", expected_failures);
  printf("%zu cases, %d failed\n", units.size(), failed);
  WriteCounts(static_cast<int>(units.size()) - expected_failures, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) { return Main(argc, argv); }
