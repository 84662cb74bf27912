#include "cli/completion.h"

#include <fmt/format.h>

#include <algorithm>

namespace cli {
namespace {

/// What can stand at one place of a command: words, names that the command prints, or files.
struct Values {
  std::vector<std::string> words;
  std::string kind;  ///< for `names KIND`
  bool files = false;
};

Values values_of(const DeclaredOption& option) {
  Values values;
  values.words = option.choices;
  for (const char* kind : {"PIPELINE", "HUB", "TRIGGER", "TABLE", "RUN", "JOB"}) {
    if (option.value == kind) values.kind = kind;
  }
  for (const char* kind : {"FILE", "FOLDER", "PATH"}) values.files |= option.value == kind;
  return values;
}

struct Place {
  std::string path;  ///< "hriste nb run"
  const DeclaredVerb* verb;
};

std::vector<Place> places(const DeclaredVerb& command) {
  std::vector<Place> all{{command.name, &command}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Place place = all[i];
    for (const auto& sub : place.verb->verbs) all.push_back({place.path + " " + sub.name, &sub});
  }
  return all;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

/// Option names of a verb, and those of the whole command.
std::vector<std::string> option_names(const DeclaredVerb& command, const DeclaredVerb& verb) {
  std::vector<std::string> names;
  for (const DeclaredVerb* of : {&verb, &command}) {
    for (const auto& option : of->options) {
      if (option.positional) continue;
      for (const auto& name : option.names) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
      }
    }
  }
  return names;
}

/// The first line of a text, in single quotes for any of the shells.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text.substr(0, text.find('\n'))) {
    if (c != '\'' && c != '\\') out += c;
  }
  return out + "'";
}

/// Lines of a `case` over "path option" that say what an option takes.
std::string option_cases(const DeclaredVerb& command, const std::string& files,
                         const std::string& words, const std::string& names) {
  std::string out;
  for (const Place& place : places(command)) {
    for (const auto& option : place.verb->options) {
      if (option.positional || (option.value.empty() && option.choices.empty())) continue;
      Values values = values_of(option);
      std::string what = values.files           ? files
                         : !values.kind.empty() ? fmt::format(fmt::runtime(names), values.kind)
                         : !values.words.empty()
                             ? fmt::format(fmt::runtime(words), joined(values.words))
                             : ":";
      std::string pattern;
      for (const auto& name : option.names) {
        pattern += fmt::format("{}\"{}{} {}\"", pattern.empty() ? "" : "|", place.path,
                               place.verb == &command ? "\"*\"" : "", name);
      }
      out += fmt::format("    {}) {}; return ;;\n", pattern, what);
    }
  }
  return out;
}

/// Lines that find the verb: `path` becomes "hriste nb run", `folder` what --data-dir says.
std::string path_loop(const DeclaredVerb& command, const char* words, const char* current,
                      int first) {
  std::string known;
  for (const Place& place : places(command)) {
    if (place.verb != &command) known += (known.empty() ? "\"" : "|\"") + place.path + "\"";
  }
  return fmt::format(R"(  local path={0} i word prev
  local -a folder
  for ((i = {4}; i < {3}; i++)); do
    word=${{{2}[i]}}
    [[ $prev == --data-dir ]] && folder=(--data-dir "$word")
    case "$path $word" in
      {1}) path="$path $word" ;;
    esac
    prev=$word
  done
)",
                     command.name, known, words, current, first);
}

std::string bash(const DeclaredVerb& command) {
  const std::string& name = command.name;
  std::string names = "COMPREPLY=($(compgen -W \"$(" + name +
                      " names {} \"${{folder[@]}}\" 2>/dev/null)\" -- \"$cur\"))";
  std::string words = "COMPREPLY=($(compgen -W \"{}\" -- \"$cur\"))";
  std::string out = fmt::format(
      "# bash completion for {0}: source <({0} completion bash)\n_{0}() {{\n"
      "  local cur=${{COMP_WORDS[COMP_CWORD]}}\n  COMPREPLY=()\n",
      name);
  out += path_loop(command, "COMP_WORDS", "COMP_CWORD", 1);
  out += "  case \"$path $prev\" in\n" +
         option_cases(command, "COMPREPLY=($(compgen -f -- \"$cur\"))", words, names) + "  esac\n";
  out += "  case \"$path\" in\n";
  for (const Place& place : places(command)) {
    std::string there;
    for (const auto& sub : place.verb->verbs) there += sub.name + " ";
    std::string positional;
    for (const auto& option : place.verb->options) {
      if (!option.positional) continue;
      Values values = values_of(option);
      if (!values.kind.empty()) positional = fmt::format(fmt::runtime(names), values.kind);
      if (!values.words.empty()) there += joined(values.words) + " ";
      if (values.files) positional = "COMPREPLY=($(compgen -f -- \"$cur\"))";
    }
    out +=
        fmt::format("    \"{}\")\n      if [[ $cur == -* ]]; then {}\n", place.path,
                    fmt::format(fmt::runtime(words), joined(option_names(command, *place.verb))));
    out += positional.empty()
               ? fmt::format("      else {}; fi ;;\n", fmt::format(fmt::runtime(words), there))
               : fmt::format("      else {}; fi ;;\n", positional);
  }
  return out + fmt::format("  esac\n}}\ncomplete -o filenames -F _{0} {0}\n", name);
}

std::string zsh_described(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string out;
  for (const auto& [word, text] : entries) {
    std::string plain = quoted(text);
    std::erase(plain, ':');
    out += fmt::format(" '{}:{}", word, plain.substr(1));
  }
  return out;
}

std::string zsh(const DeclaredVerb& command) {
  const std::string& name = command.name;
  std::string out = fmt::format(
      "#compdef {0}\n# zsh completion for {0}: source <({0} completion zsh)\n_{0}() {{\n"
      "  local cur=${{words[CURRENT]}}\n  local -a found\n",
      name);
  out += path_loop(command, "words", "CURRENT", 2);
  std::string names = "found=(${{(f)\"$(" + name +
                      " names {} \"${{folder[@]}}\" 2>/dev/null)\"}}); compadd -a found";
  out += "  case \"$path $prev\" in\n" + option_cases(command, "_files", "compadd {}", names) +
         "  esac\n  case \"$path\" in\n";
  for (const Place& place : places(command)) {
    std::vector<std::pair<std::string, std::string>> verbs, options;
    std::string positional;
    for (const auto& sub : place.verb->verbs) verbs.emplace_back(sub.name, sub.text);
    for (const auto& option : place.verb->options) {
      for (const auto& word : option.names) {
        if (!option.positional) options.emplace_back(word, option.text);
      }
      if (!option.positional) continue;
      Values values = values_of(option);
      if (!values.kind.empty()) positional = fmt::format(fmt::runtime(names), values.kind);
      if (!values.words.empty()) positional = "compadd " + joined(values.words);
      if (values.files) positional = "_files";
    }
    if (positional.empty())
      positional = "found=(" + zsh_described(verbs) + " ); _describe verb found";
    out += fmt::format(
        "    \"{}\")\n      if [[ $cur == -* ]]; then found=({} ); _describe -o option found\n"
        "      else {}; fi ;;\n",
        place.path, zsh_described(options), positional);
  }
  return out + fmt::format("  esac\n}}\ncompdef _{0} {0}\n", name);
}

/// fish asks a condition of each line: whether these verbs, and no more, have been given.
std::string fish_condition(const std::string& path) {
  return "'__hriste_at" + path.substr(std::min(path.find(' '), path.size())) + "'";
}

std::string fish_values(const DeclaredVerb& command, const DeclaredOption& option) {
  Values values = values_of(option);
  if (!values.kind.empty()) {
    return fmt::format(" -a '({} names {} 2>/dev/null)'", command.name, values.kind);
  }
  if (!values.words.empty()) return fmt::format(" -a '{}'", joined(values.words));
  return values.files ? " -F" : "";
}

std::string fish(const DeclaredVerb& command) {
  std::string known;
  for (const Place& place : places(command)) {
    if (place.verb != &command) known += " '" + place.path.substr(command.name.size() + 1) + "'";
  }
  std::string out = fmt::format(
      "# fish completion for {0}: {0} completion fish | source\n"
      "function __hriste_path\n  set -l path ''\n"
      "  for word in (commandline -opc)[2..]\n"
      "    set -l next (string trim \"$path $word\")\n"
      "    contains -- $next{1}; and set path $next\n  end\n  echo $path\nend\n"
      "function __hriste_at\n  set -l path (__hriste_path)\n"
      "  test \"$path\" = \"$argv\"\nend\n"
      "complete -c {0} -f\n",
      command.name, known);
  for (const Place& place : places(command)) {
    std::string line =
        fmt::format("complete -c {} -n {}", command.name, fish_condition(place.path));
    for (const auto& sub : place.verb->verbs) {
      out += fmt::format("{} -a {} -d {}\n", line, sub.name, quoted(sub.text));
    }
    for (const auto& option : place.verb->options) {
      std::string names, values = fish_values(command, option);
      for (const auto& name : option.names) {
        bool is_long = name.starts_with("--");
        if (!option.positional)
          names += is_long ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (option.positional && !values.empty()) out += line + values + "\n";
      if (option.positional) continue;
      bool takes = !option.value.empty() || !option.choices.empty();
      out += fmt::format("{}{}{}{} -d {}\n", line, names, takes ? " -r" : "", values,
                         quoted(option.text));
    }
  }
  return out;
}

}  // namespace

std::optional<Shell> shell_from(std::string_view name) {
  if (name == "bash") return Shell::kBash;
  if (name == "zsh") return Shell::kZsh;
  if (name == "fish") return Shell::kFish;
  return std::nullopt;
}

std::string completion_script(const DeclaredVerb& command, Shell shell) {
  return shell == Shell::kBash  ? bash(command)
         : shell == Shell::kZsh ? zsh(command)
                                : fish(command);
}

}  // namespace cli
