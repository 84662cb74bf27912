#include "cli/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/help.h"

namespace cli {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Line {
  CLI::App app{"What it is", "tool"};
  bool history = false;
  int lines = 50;
  std::string pipeline, form, folder;

  Line() {
    app.require_subcommand(1);
    app.fallthrough();
    app.add_option("--data-dir", folder, "The folder");
    CLI::App* grade = app.add_subcommand("grade", "The grade");
    grade->add_flag("--history", history, "Those before");
    grade->add_option("--format", form, "Its form")->transform(one_of({"table", "csv", "json"}));
    CLI::App* run = app.add_subcommand("run", "Run it");
    run->add_option("pipeline", pipeline, "Which")->required();
    run->add_option("-n,--lines", lines, "How many")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_subcommand("status", "How it is");
    app.add_subcommand("secret", "For machines")->group("");
    CLI::App* nb = app.add_subcommand("nb", "Notebooks")->require_subcommand(1);
    nb->add_subcommand("run", "One");
  }

  /// What is wrong with these words; empty: nothing.
  std::string mistake(std::vector<std::string> words) {
    std::reverse(words.begin(), words.end());
    try {
      app.parse(std::move(words));
      return "";
    } catch (const CLI::ParseError& error) {
      return explain(app, error);
    }
  }
};

std::string mistake(std::vector<std::string> words) { return Line().mistake(std::move(words)); }

TEST(ParseTest, NearestVerb) {
  EXPECT_EQ(mistake({"statsu"}), "tool has no verb statsu; did you mean 'status'?");
  EXPECT_EQ(mistake({"statsu", "--json", "x"}), "tool has no verb statsu; did you mean 'status'?");
  EXPECT_EQ(mistake({"STATUZ"}), "tool has no verb STATUZ; did you mean 'status'?");
  EXPECT_EQ(mistake({"nb", "rnu"}), "tool nb has no verb rnu; did you mean 'run'?");
  EXPECT_EQ(mistake({"zebra"}), "tool has no verb zebra");
  EXPECT_EQ(mistake({"secrets"}), "tool has no verb secrets") << "what isn't shown isn't proposed";
  EXPECT_EQ(mistake({"nb"}), "tool nb: which verb?");
}

TEST(ParseTest, NearestOption) {
  EXPECT_EQ(mistake({"grade", "--histroy"}),
            "tool grade has no option --histroy; did you mean '--history'?");
  EXPECT_EQ(mistake({"run", "--line=3", "refine"}),
            "tool run has no option --line; did you mean '--lines'?");
  EXPECT_EQ(mistake({"grade", "--data-dri", "x"}),
            "tool grade has no option --data-dri; did you mean '--data-dir'?");
  EXPECT_EQ(mistake({"grade", "-x"}), "tool grade has no option -x");
  EXPECT_EQ(mistake({"status", "more"}), "tool status takes no \"more\"");
}

TEST(ParseTest, OtherMistakesNameTheVerb) {
  EXPECT_THAT(mistake({"run"}), HasSubstr("tool run: "));
  EXPECT_THAT(mistake({"run"}), HasSubstr("pipeline"));
  EXPECT_THAT(mistake({"run", "refine", "-n", "0"}), HasSubstr("tool run: --lines"));
  EXPECT_THAT(mistake({"grade", "--format", "jsno"}), HasSubstr("did you mean 'json'?"));
  EXPECT_THAT(mistake({"grade", "--format", "xml"}), HasSubstr("table, csv and json"));
}

TEST(ParseTest, RightCommandsAreTaken) {
  Line line;
  EXPECT_EQ(line.mistake({"grade", "--history", "--format", "JSON"}), "");
  EXPECT_EQ(line.form, "json") << "choices in any letter case";
  EXPECT_EQ(mistake({"run", "refine", "--data-dir", "x"}), "");
}

TEST(ParseTest, HelpIsMadeOfTheDeclaration) {
  Line line;
  DeclaredVerb all = declared(line.app);
  std::string help = help_text(all, "");
  EXPECT_THAT(help, HasSubstr("Usage: tool VERB …\n\nWhat it is\n"));
  EXPECT_THAT(help, HasSubstr("\n  status                  How it is\n"));
  EXPECT_THAT(help, Not(HasSubstr("secret")));
  std::string run = help_text(*all.find("run"), "tool");
  EXPECT_THAT(run, HasSubstr("Usage: tool run [OPTIONS] pipeline\n"));
  EXPECT_THAT(run, HasSubstr("  -n, --lines INT         How many [50]\n"));
  std::string grade = help_text(*all.find("grade"), "tool");
  EXPECT_THAT(grade, HasSubstr("Its form: one of table, csv, json\n"));
}

TEST(ParseTest, DeclarationsGoThroughJson) {
  Line line;
  DeclaredVerb all = declared(line.app);
  EXPECT_EQ(help_text(from_json(to_json(all)), ""), help_text(all, ""));
  EXPECT_EQ(to_json(from_json(to_json(all))), to_json(all));
  EXPECT_EQ(from_json(json::object()).name, "");
}

TEST(ParseTest, FootersSayStatusesAndExamples) {
  std::string footer = footer_text({.examples = {{"tool run x", "makes x"}},
                                    .statuses = {{"0", "made"}, {"2", "not made"}},
                                    .times = "wall time."});
  EXPECT_EQ(footer,
            "Examples:\n  tool run x                          makes x\n\nExit status:\n  0   made\n"
            "  2   not made\n\nTimes:\n  wall time.\n");
}

}  // namespace
}  // namespace cli
