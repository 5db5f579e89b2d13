#include "cli/command_line.h"

#include <gtest/gtest.h>

namespace thalweg::cli {
namespace {

ParsedCommandLine Parse(std::vector<const char*> words) {
  words.insert(words.begin(), "thalweg");
  return ParseCommandLine(static_cast<int>(words.size()), words.data());
}

TEST(CommandLine, Run) {
  ParsedCommandLine parsed = Parse({"run", "job.sql", "-D", "a.b=c=d", "-Dcompat=flink",
                                    "--parallelism", "3", "--output", "json", "--memory", "512mb"});
  ASSERT_TRUE(parsed.command);
  EXPECT_EQ(parsed.command->command, Command::kRun);
  EXPECT_EQ(parsed.command->file, "job.sql");
  EXPECT_EQ(parsed.command->settings, (std::vector<std::pair<std::string, std::string>>{
                                          {"a.b", "c=d"}, {"compat", "flink"}}));
  EXPECT_EQ(parsed.command->parallelism, 3);
  EXPECT_EQ(parsed.command->output, Output::kJson);
  EXPECT_EQ(parsed.command->memory_bytes, 512 << 20);
}

TEST(CommandLine, OptionsMayPrecedeTheFile) {
  ParsedCommandLine parsed = Parse({"run", "-D", "x=1", "-"});
  ASSERT_TRUE(parsed.command);
  EXPECT_EQ(parsed.command->file, "-");
  EXPECT_EQ(parsed.command->settings.size(), 1u);
}

TEST(CommandLine, OtherCommands) {
  EXPECT_EQ(Parse({"check", "a.sql"}).command->command, Command::kCheck);
  EXPECT_EQ(Parse({"explain", "a.sql", "-D", "a=b"}).command->command, Command::kExplain);
  EXPECT_EQ(Parse({"functions"}).command->function, "");
  EXPECT_EQ(Parse({"functions", "ABS"}).command->function, "ABS");
}

TEST(CommandLine, HelpAndVersionEndWell) {
  for (const char* word : {"--help", "--version"}) {
    ParsedCommandLine parsed = Parse({word});
    EXPECT_FALSE(parsed.command);
    EXPECT_EQ(parsed.exit_code, 0) << word;
  }
}

TEST(CommandLine, MistakesEndWithOne) {
  const std::vector<std::vector<const char*>> mistakes = {
      {},
      {"run"},
      {"walk", "job.sql"},
      {"run", "job.sql", "-D", "novalue"},
      {"run", "job.sql", "-D", "=x"},
      {"run", "job.sql", "--output", "xml"},
      {"run", "job.sql", "--parallelism", "0"},
      {"run", "job.sql", "--memory", "many"},
      {"run", "job.sql", "--what"},
  };
  for (const auto& words : mistakes) {
    ParsedCommandLine parsed = Parse(words);
    EXPECT_FALSE(parsed.command);
    EXPECT_EQ(parsed.exit_code, 1);
  }
}

}  // namespace
}  // namespace thalweg::cli
