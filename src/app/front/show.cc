#include "app/front/show.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "app/front/verbs.h"
#include "base/env.h"
#include "client/playground.h"

namespace app {
namespace {

using base::Code;
using cli::Form;

bool is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

cli::Look look_of(int file) {
  cli::Look look;
  winsize size{};
  if (::isatty(file) != 1) return look;
  look.colour = variable("NO_COLOR").empty() && variable("TERM") != "dumb";
  if (::ioctl(file, TIOCGWINSZ, &size) == 0) look.width = size.ws_col;
  return look;
}

winsize terminal_size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {};
  return size;
}

/// Runs `program` with `input` at its standard input. Returns its exit status; -1: it can't run.
int feed(const std::vector<std::string>& program, const std::string& input) {
  int ends[2];
  if (::pipe(ends) != 0) return -1;
  std::vector<char*> words;
  for (const auto& word : program) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t child = ::fork();
  if (child < 0) return -1;
  if (child == 0) {
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execvp(words[0], words.data());
    ::_exit(127);
  }
  ::close(ends[0]);
  ::signal(SIGPIPE, SIG_IGN);  // a reader that ends early has seen enough
  for (std::string_view rest = input; !rest.empty();) {
    auto sent = ::write(ends[1], rest.data(), rest.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  ::close(ends[1]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// The engine writes Parquet: nothing heavy is linked into the front.
int write_parquet(const cli::Listing& listing, const std::string& path) {
  auto engine = client::find_engine();
  if (!engine) return fail(engine.error());
  json columns = json::array();
  for (const auto& column : listing.columns) {
    columns.push_back({{"name", column.name}, {"type", column.type}});
  }
  const json sent = {{"columns", columns}, {"rows", listing.rows}};
  std::string text = sent.dump(-1, ' ', false, json::error_handler_t::replace);
  int status = feed({*engine, "parquet", path}, text);
  return status < 0 || status == 127 ? fail({Code::kInternal, "can't run " + *engine}) : status;
}

int write_file(const cli::Listing& listing, Form form, const std::string& path) {
  if (form == Form::kParquet) return write_parquet(listing, path);
  auto written = base::Env::real().write_file(path, render(listing, form));
  return written ? 0 : fail(written.error());
}

}  // namespace

cli::Look look_of_output() { return look_of(STDOUT_FILENO); }
cli::Look look_of_errors() { return look_of(STDERR_FILENO); }

void print_paged(const std::string& text) {
  std::string pager = variable("PAGER");
  auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
  bool fits = lines < std::max<std::size_t>(terminal_size().ws_row, 1);
  if (is_terminal() && !pager.empty() && !fits && ::isatty(STDIN_FILENO) == 1) {
    std::fflush(stdout);
    ::setenv("LESS", "FRX", 0);  // colours, and nothing is cleared away
    if (feed({"/bin/sh", "-c", pager}, text) >= 0) return;
  }
  fmt::print("{}", text);
}

void ListingOptions::add_to(CLI::App& verb) {
  verb.add_option("--format", format, "How rows are shown [table]")
      ->type_name("FORMAT")
      ->transform(cli::one_of(cli::form_names()));
  verb.add_option("-o,--out", out, "Write them into this file, whose name may say the format")
      ->type_name("FILE");
}

base::Result<Form> ListingOptions::form() const {
  bool to_file = !out.empty() && out != "-";
  if (to_file && format.empty()) return cli::form_of_file(out);
  Form form = cli::form_from(format);
  if (form == Form::kParquet && !to_file) {
    return base::error(Code::kInvalidArgument, "--format parquet needs --out FILE");
  }
  return form;
}

std::string format_table(const json& names, const json& rows) {
  cli::Listing listing{.columns = {}, .rows = rows};
  for (const auto& name : names) listing.columns.push_back({.name = name, .type = ""});
  return render(listing, Form::kTable);
}

int show(const cli::Listing& listing, const ListingOptions& options, const Around& around) {
  auto form = options.form();
  if (!form) return fail(form.error());
  if (!options.out.empty() && options.out != "-") return write_file(listing, *form, options.out);
  if (*form == Form::kTable) {
    print_paged(around.before + render(listing, *form, look_of_output()) + around.after);
  } else {
    fmt::print("{}", render(listing, *form));
  }
  return 0;
}

}  // namespace app
