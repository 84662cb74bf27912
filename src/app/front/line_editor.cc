#include "app/front/line_editor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <histedit.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/sql_words.h"

namespace app {
namespace {

constexpr int kLinesKept = 1000;

volatile std::sig_atomic_t g_interrupted = 0;

std::string environment_value(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The last lines of the file; one that has grown far beyond them is cut.
std::vector<std::string> kept_lines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(std::move(line));
  bool grown = lines.size() > 2 * kLinesKept;
  if (lines.size() > kLinesKept) lines.erase(lines.begin(), lines.end() - kLinesKept);
  if (grown) {
    std::ofstream shorter(path, std::ios::trunc);
    for (const auto& line : lines) shorter << line << "\n";
  }
  return lines;
}

/// What was typed is nobody else's to read.
void append_line(const std::string& path, const std::string& line) {
  if (path.empty()) return;
  std::error_code ec;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ec);
  int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return;
  std::string text = line + "\n";
  [[maybe_unused]] auto written = ::write(fd, text.data(), text.size());
  ::close(fd);
}

}  // namespace

struct LineEditor::Impl {
  std::string path, prompt, last;
  Complete complete;
  EditLine* editor = nullptr;
  History* history = nullptr;

  static Impl& of(EditLine* editor) {
    Impl* self = nullptr;
    ::el_get(editor, EL_CLIENTDATA, &self);
    return *self;
  }

  static char* shown_prompt(EditLine* editor) { return of(editor).prompt.data(); }

  /// The tabulator: what is certain is put in; what isn't is listed.
  static unsigned char on_tab(EditLine* editor, int) {
    Impl& self = of(editor);
    const LineInfo* line = ::el_line(editor);
    std::string before(line->buffer, line->cursor);
    Offer offer = self.complete(before);
    if (offer.texts.empty()) return CC_REFRESH_BEEP;
    std::string typed = before.substr(std::min(offer.begin, before.size()));
    std::string common = cli::common_begin(offer.texts);
    bool one = offer.texts.size() == 1;
    if (one) common += ' ';
    if (one || common.size() > typed.size()) {
      ::el_deletestr(editor, letters(typed));
      ::el_insertstr(editor, common.c_str());
      return CC_REFRESH;
    }
    fmt::print("\n");
    constexpr std::size_t kMostShown = 60;
    for (std::size_t i = 0; i < std::min(offer.texts.size(), kMostShown); ++i) {
      fmt::print("{}{}", i == 0 ? "" : "  ", offer.texts[i]);
    }
    if (offer.texts.size() > kMostShown) fmt::print("  …");
    fmt::print("\n");
    std::fflush(stdout);
    return CC_REDISPLAY;
  }

  /// libedit deletes letters, not bytes.
  static int letters(std::string_view text) {
    int count = 0;
    for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) == 0x80 ? 0 : 1;
    return count;
  }
};

LineEditor::LineEditor(std::string history, Complete complete) : impl_(std::make_unique<Impl>()) {
  std::setlocale(LC_CTYPE, "");  // letters are what the terminal takes for one
  if (MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
  impl_->path = std::move(history);
  impl_->complete = std::move(complete);
  impl_->history = ::history_init();
  HistEvent event;
  ::history(impl_->history, &event, H_SETSIZE, kLinesKept);
  ::history(impl_->history, &event, H_SETUNIQUE, 1);
  for (const auto& line : kept_lines(impl_->path)) {
    ::history(impl_->history, &event, H_ENTER, line.c_str());
    impl_->last = line;
  }
  EditLine* editor = impl_->editor = ::el_init("hriste", stdin, stdout, stderr);
  ::el_set(editor, EL_CLIENTDATA, impl_.get());
  ::el_set(editor, EL_PROMPT, &Impl::shown_prompt);
  ::el_set(editor, EL_EDITOR, "emacs");
  ::el_set(editor, EL_HIST, ::history, impl_->history);
  ::el_set(editor, EL_ADDFN, "hriste-complete", "Complete a name", &Impl::on_tab);
  ::el_set(editor, EL_BIND, "\t", "hriste-complete", nullptr);
  ::el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  ::el_source(editor, nullptr);  // the user's .editrc
}

LineEditor::~LineEditor() {
  ::el_end(impl_->editor);
  ::history_end(impl_->history);
}

std::optional<std::string> LineEditor::read(const std::string& prompt, bool& interrupted) {
  impl_->prompt = prompt;
  // Ctrl-C gives the line up and not the prompt.
  g_interrupted = 0;
  struct sigaction on_interrupt {
  }, before{};
  on_interrupt.sa_handler = [](int) { g_interrupted = 1; };
  ::sigaction(SIGINT, &on_interrupt, &before);
  int size = 0;
  const char* text = ::el_gets(impl_->editor, &size);
  ::sigaction(SIGINT, &before, nullptr);
  interrupted = g_interrupted != 0;
  if (interrupted) {
    ::el_reset(impl_->editor);
    fmt::print("\n");
    return "";
  }
  if (text == nullptr || size <= 0) return std::nullopt;
  std::string line(text, static_cast<std::size_t>(size));
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  if (line.find_first_not_of(" \t") != std::string::npos && line != impl_->last) {
    HistEvent event;
    ::history(impl_->history, &event, H_ENTER, line.c_str());
    append_line(impl_->path, line);
    impl_->last = line;
  }
  return line;
}

std::string state_folder() {
  std::string state = environment_value("XDG_STATE_HOME"), home = environment_value("HOME");
  if (state.starts_with('/')) return state + "/hriste";  // as the standard asks: others are ignored
  return home.empty() ? "" : home + "/.local/state/hriste";
}

}  // namespace app
