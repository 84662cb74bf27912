// Declared: what shells and readers of manuals get, all of it made of the declarations.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <memory>

#include "app/front/commands.h"
#include "app/front/verbs.h"
#include "cli/completion.h"
#include "cli/man.h"
#include "cli/parse.h"
#include "kinds/version.h"

namespace app {
namespace {

/// What the engine's verbs declare; nothing where it can't be asked.
std::vector<cli::DeclaredVerb> declared_by_engine() {
  std::vector<cli::DeclaredVerb> verbs;
  auto engine = client::find_engine();
  if (!engine) return verbs;
  std::string quoted = "'";
  for (char c : *engine) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
      ::popen((quoted + "' declared").c_str(), "r"), ::pclose);
  if (!pipe) return verbs;
  std::string text;
  std::array<char, 4096> chunk;
  while (std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe.get())) {
    text.append(chunk.data(), got);
  }
  const json all = json::parse(text, nullptr, false);
  if (!all.is_array()) return verbs;
  for (const auto& verb : all) verbs.push_back(cli::from_json(verb));
  return verbs;
}

/// The whole command line: the front's verbs, with the engine's in full.
cli::DeclaredVerb whole_command(const Commands& commands) {
  cli::DeclaredVerb command = cli::declared(commands.declared());
  for (auto& full : declared_by_engine()) {
    for (auto& verb : command.verbs) {
      if (verb.name != full.name) continue;
      full.group = verb.group;
      verb = std::move(full);
    }
  }
  return command;
}

int man(const Commands& commands, const std::vector<std::string>& words) {
  cli::DeclaredVerb command = whole_command(commands);
  const cli::DeclaredVerb* verb = &command;
  std::string above;
  for (const auto& word : words) {
    const cli::DeclaredVerb* found = verb->find(word);
    if (found == nullptr) {
      std::vector<std::string> names;
      for (const auto& known : verb->verbs) names.push_back(known.name);
      return fail({base::Code::kNotFound,
                   fmt::format("{}{}{} has no verb {}{}", above, above.empty() ? "" : " ",
                               verb->name, word, cli::nearest(word, names))});
    }
    above += (above.empty() ? "" : " ") + verb->name;
    verb = found;
  }
  fmt::print("{}", cli::man_page(*verb, above, std::string(kinds::kVersion)));
  return 0;
}

/// Names of one kind, one a line: for completion. Asks only a daemon that runs.
int names(const std::string& data_dir, const std::string& kind) {
  auto session = client::Session::connect(data_dir);
  if (!session) return cli::kNo;
  auto ask = [&](const char* path) {
    auto answer = (*session)->request("GET", path);
    return answer ? *answer : json::array();
  };
  if (kind == "TABLE") {
    for (const auto& table : ask("/v1/tables")) {
      fmt::print("{}.{}\n", table.value("tier", ""), table.value("name", ""));
    }
  } else if (kind == "RUN") {
    for (const auto& grade : ask("/v1/grades")) fmt::print("{}\n", grade.value("run_id", ""));
  } else {
    const std::string wanted = kind == "PIPELINE"  ? "hriste_pipeline"
                               : kind == "HUB"     ? "hriste_event_hub"
                               : kind == "TRIGGER" ? "hriste_trigger"
                                                   : "hriste_stream_job";
    for (const auto& resource : ask("/v1/resources")) {
      if (resource.value("kind", "") == wanted) fmt::print("{}\n", resource.value("name", ""));
    }
  }
  return 0;
}

}  // namespace

void declare_shell_verbs(Commands& commands) {
  auto shell = std::make_shared<std::string>();
  commands
      .verb(kMore, "completion", "Print a shell's completion of this command",
            {.examples = {{"source <(hriste completion bash)", "in ~/.bashrc"},
                          {"source <(hriste completion zsh)", "in ~/.zshrc, after compinit"},
                          {"hriste completion fish | source", "in ~/.config/fish/config.fish"}},
             .statuses = {},
             .times = ""},
            Commands::Act([&commands, shell] {
              auto script = completion_script(whole_command(commands), *cli::shell_from(*shell));
              fmt::print("{}", script);
              return 0;
            }))
      .add_option("shell", *shell, "Which shell")
      ->required()
      ->type_name("SHELL")
      ->transform(cli::one_of({"bash", "zsh", "fish"}));
  auto words = std::make_shared<std::vector<std::string>>();
  commands
      .verb(kMore, "man", "Print a verb's manual page, as roff",
            {.examples = {{"hriste man grade | man -l -", "read it"},
                          {"hriste man nb run > hriste-nb-run.1", ""}},
             .statuses = {},
             .times = ""},
            Commands::Act([&commands, words] { return man(commands, *words); }))
      .add_option("verb", *words, "The verb; without it the whole command's")
      ->type_name("VERB");
  auto kind = std::make_shared<std::string>();
  commands
      .verb("", "names", "Print the names of a kind, one a line: for completion", {},
            Commands::Act([&commands, kind] { return names(commands.data_dir(), *kind); }))
      .add_option("kind", *kind, "PIPELINE, HUB, TRIGGER, TABLE, RUN or JOB")
      ->required();
}

}  // namespace app
