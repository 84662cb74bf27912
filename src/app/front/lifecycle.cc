// Declared: a playground's beginning and end.
#include "app/front/lifecycle.h"

#include <memory>
#include <string_view>

#include "app/front/commands.h"

namespace app {
namespace {

void declare_up(Commands& commands) {
  auto options = std::make_shared<UpOptions>();
  auto self = std::make_shared<CLI::App*>(nullptr);
  CLI::App& up = commands.verb(
      kMake, "up",
      "Make a playground, or apply what was changed: graded results and the page's address.\n"
      "Other options with a = (-target=ADDRESS) go to OpenTofu.",
      {.examples = {{"hriste up --small", "the quickest start"},
                    {"hriste up --var clock_speed=60", "kept for the next time"}},
       .statuses = {{"0", "applied, and no check is wrong"}, {"1", "a check is wrong"}},
       .times = "seconds are wall time."},
      Commands::Act([options, self] {
        options->for_tofu = (*self)->remaining();
        return up_verb(*options);
      }));
  *self = &up;
  up.add_option("folder", options->folder,
                "A playground, or where to make one. Default: here or above, else "
                "./hriste-playground is made")
      ->type_name("FOLDER");
  up.add_flag("--small", options->small, "A thousand users and an hour of traffic");
  up.add_flag("--offline-ready", options->offline_ready,
              "Also fetch what Python notebooks need, once");
  up.add_option("--var", options->variables,
                "name=value of a variable (local/variables.tf); kept for the next time")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  up.allow_extras();
}

void declare_down(Commands& commands) {
  auto folder = std::make_shared<std::string>();
  auto self = std::make_shared<CLI::App*>(nullptr);
  CLI::App& down = commands.verb(
      kMake, "down", "Destroy it, and print the receipt that nothing is left",
      {.examples = {{"hriste down", ""}},
       .statuses = {{"0", "nothing is left"}, {"1", "something is left"}},
       .times = ""},
      Commands::Act([folder, self] { return down_verb(*folder, (*self)->remaining()); }));
  *self = &down;
  down.add_option("folder", *folder, "The playground. Default: here or above")->type_name("FOLDER");
  down.allow_extras();
}

}  // namespace

void declare_lifecycle_verbs(Commands& commands) {
  declare_up(commands);
  declare_down(commands);
  commands.verb(
      kDo, "watch",
      "Apply what is saved, in an editor or on the page, and say what the grade makes of it",
      {.examples = {{"hriste watch", "in the playground's folder; Ctrl-C ends it"}},
       .statuses = {},
       .times = "seconds are wall time."},
      [](client::Playground& playground) { return watch_verb(playground); });
  auto folder = std::make_shared<std::string>();
  commands
      .verb(kMake, "new", "Copy the shipped playground, to change it",
            {.examples = {{"hriste new shop", "then hriste up shop"}}, .statuses = {}, .times = ""},
            Commands::Act([folder] { return new_verb(*folder); }))
      .add_option("folder", *folder, "A folder that is absent or empty")
      ->type_name("FOLDER")
      ->required();
  auto remove = std::make_shared<bool>(false);
  CLI::App& provider = commands.verb(kMake, "provider", "The Terraform provider, for any folder",
                                     {}, Commands::Act([] { return 2; }));
  commands
      .verb_below(provider, "install",
                  "Put it where tofu init and terraform init find it in any folder, offline",
                  {.examples = {{"hriste provider install", ""},
                                {"hriste provider install --remove", "take it away again"}},
                   .statuses = {},
                   .times = ""},
                  Commands::Act([remove] { return provider_install_verb(*remove); }))
      .add_flag("--remove", *remove, "Take it away again");
}

void put_double_dashes(int argc, char** argv, std::vector<std::string>& kept) {
  const std::string_view verb = argc >= 2 ? argv[1] : "";
  if (verb != "up" && verb != "down") return;
  kept.reserve(static_cast<std::size_t>(argc));  // what argv points at stays where it is
  for (int i = 2; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.size() < 3 || word[0] != '-' || word[1] == '-') continue;
    kept.push_back("-" + std::string(word));
    argv[i] = kept.back().data();
  }
}

}  // namespace app
