#include "cli/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/suggest.h"
#include "cli/help.h"

namespace cli {
namespace {

/// The verb that was given, from the command on: {hriste, nb, run}.
std::vector<const CLI::App*> given_verbs(const CLI::App& app) {
  std::vector<const CLI::App*> verbs{&app};
  while (!verbs.back()->get_subcommands().empty()) {
    verbs.push_back(verbs.back()->get_subcommands().front());
  }
  return verbs;
}

std::string path_of(const std::vector<const CLI::App*>& verbs) {
  std::string path;
  for (const CLI::App* verb : verbs) path += (path.empty() ? "" : " ") + verb->get_name();
  return path;
}

/// `--histroy=x`: options of the verb, and those of the whole command that it takes too.
std::string no_option(const std::vector<const CLI::App*>& verbs, const std::string& word) {
  std::string name = word.substr(0, word.find('='));
  std::vector<std::string> names;
  for (const CLI::App* verb : verbs) {
    for (const CLI::Option* option : verb->get_options()) {
      for (const auto& known : option->get_lnames()) names.push_back("--" + known);
    }
  }
  return fmt::format("{} has no option {}{}", path_of(verbs), name, nearest(name, names));
}

std::string no_verb(const std::vector<const CLI::App*>& verbs, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* sub : verbs.back()->get_subcommands([](const CLI::App*) { return true; })) {
    if (!sub->get_group().empty()) names.push_back(sub->get_name());
  }
  return fmt::format("{} has no verb {}{}", path_of(verbs), word, nearest(word, names));
}

bool has_verbs(const CLI::App& app) {
  return !app.get_subcommands([](const CLI::App*) { return true; }).empty();
}

}  // namespace

std::string nearest(const std::string& name, const std::vector<std::string>& names) {
  return base::did_you_mean(name, {names.begin(), names.end()});
}

std::string explain(const CLI::App& app, const CLI::ParseError& mistake) {
  auto verbs = given_verbs(app);
  // Of several words the first is the mistake: what follows was misread because of it.
  auto rest = app.remaining(true);
  std::erase(rest, "--");
  if (!rest.empty()) {
    const std::string& word = rest.front();
    if (word.size() > 1 && word.starts_with('-')) return no_option(verbs, word);
    if (has_verbs(*verbs.back())) return no_verb(verbs, word);
    return fmt::format("{} takes no \"{}\"", path_of(verbs), word);
  }
  if (mistake.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) &&
      has_verbs(*verbs.back())) {
    return path_of(verbs) + ": which verb?";
  }
  return fmt::format("{}: {}", path_of(verbs), mistake.what());
}

std::optional<int> parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    auto verbs = given_verbs(app);
    std::string above = path_of({verbs.begin(), verbs.end() - 1});
    fmt::print("{}", help_text(declared(*verbs.back()), above));
    return kDone;
  } catch (const CLI::ParseError& mistake) {
    if (mistake.get_exit_code() == 0) return app.exit(mistake);  // the version
    if (argc <= 1) {
      fmt::print(stderr, "{}", help_text(declared(app), ""));
      return kFailed;
    }
    fmt::print(stderr, "error: {}\n{} --help says what there is.\n", explain(app, mistake),
               path_of(given_verbs(app)));
    return kFailed;
  }
}

CLI::Validator one_of(std::vector<std::string> choices) {
  std::string listed;
  for (const auto& choice : choices) listed += (listed.empty() ? "" : ",") + choice;
  auto check = [choices = std::move(choices)](std::string& text) -> std::string {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (std::ranges::find(choices, text) != choices.end()) return {};
    return fmt::format("\"{}\" is none of {}{}", text,
                       base::listed({choices.begin(), choices.end()}), nearest(text, choices));
  };
  return CLI::Validator(std::move(check), "{" + listed + "}");
}

}  // namespace cli
