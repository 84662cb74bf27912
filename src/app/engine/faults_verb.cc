#include "app/engine/faults_verb.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/engine/world_names.h"
#include "base/clock.h"
#include "cli/parse.h"
#include "codec/csv.h"
#include "codec/json.h"

namespace app {
namespace {

using base::Code;
using base::error;
using base::Result;
using base::Status;
using world::Fault;
using world::LedgerRange;
using world::LedgerRow;
using world::Table;
using world::World;

constexpr std::string_view kColumns[] = {"table",   "fault", "key",        "arrival", "column",
                                         "emitted", "truth", "repairable", "repaired"};

std::string arrival_text(const LedgerRow& row) {
  return row.arrival_ms == 0 ? "" : base::format_millis(base::from_millis(row.arrival_ms));
}

void append_json(const LedgerRow& row, std::string& out) {
  fmt::format_to(std::back_inserter(out), R"({{"table":"{}","fault":"{}","key":{},)",
                 table_name(row.table), fault_name(row.fault), row.key);
  if (row.arrival_ms != 0) out += fmt::format(R"("arrival":"{}",)", arrival_text(row));
  fmt::format_to(std::back_inserter(out), R"("column":"{}","emitted":{},"truth":{},)", row.column,
                 codec::json_string(row.emitted), codec::json_string(row.truth));
  fmt::format_to(std::back_inserter(out), R"("repairable":{},"repaired":{}}})", row.repairable,
                 codec::json_string(row.repaired));
  out += '\n';
}

void append_csv(const LedgerRow& row, std::string& out) {
  std::string key = std::to_string(row.key), arrival = arrival_text(row);
  std::string_view fields[] = {table_name(row.table),
                               fault_name(row.fault),
                               key,
                               arrival,
                               row.column,
                               row.emitted,
                               row.truth,
                               row.repairable ? "true" : "false",
                               row.repaired};
  codec::append_csv_row(out, fields);
}

/// At most `most` letters of UTF-8 text, filled up with blanks.
std::string fitted(std::string_view text, std::size_t most) {
  std::string out;
  std::size_t letters = 0, at = 0;
  for (; at < text.size() && letters < most; ++letters) {
    out += text[at++];
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) {
      out += text[at++];
    }
  }
  if (at < text.size()) return out.substr(0, out.size()) + "…";
  return out + std::string(most + 1 - letters, ' ');
}

void append_table(const LedgerRow& row, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{:<9}  {:<17}  {:>12}  {:<24}  {:<12}  {} {} {}\n",
                 table_name(row.table), fault_name(row.fault), row.key, arrival_text(row),
                 row.column, fitted(row.emitted, 24), fitted(row.truth, 24),
                 !row.repairable        ? "no"
                 : row.repaired.empty() ? "yes"
                                        : "yes: " + row.repaired);
}

std::string header(const std::string& format) {
  if (format == "jsonl") return {};
  if (format == "csv") {
    std::string line;
    codec::append_csv_row(line, kColumns);
    return line;
  }
  return fmt::format("{:<9}  {:<17}  {:>12}  {:<24}  {:<12}  {:<26}{:<26}{}\n", "table", "fault",
                     "key", "arrival", "column", "emitted", "truth", "repairable");
}

/// Where the rows go: standard output, or a file that is whole when it has its name.
class Out {
 public:
  static Result<Out> open(const std::string& path) {
    Out out;
    out.path_ = path;
    if (path.empty() || path == "-") return out;
    // A pipe or a device keeps its name and has no part.
    std::error_code ec;
    bool file = !std::filesystem::exists(path, ec) || std::filesystem::is_regular_file(path, ec);
    out.part_ = file ? path + ".part" : path;
    out.file_.reset(std::fopen(out.part_.c_str(), "wb"));
    if (!out.file_) return base::errno_error(errno, "can't write", out.part_);
    return out;
  }
  Out(Out&&) = default;
  ~Out() {
    if (file_ && part_ != path_) std::remove(part_.c_str());  // not finished
  }

  Status write(std::string_view text) {
    std::FILE* to = file_ ? file_.get() : stdout;
    if (std::fwrite(text.data(), 1, text.size(), to) == text.size()) return {};
    return base::errno_error(errno, "can't write", path_.empty() ? "standard output" : path_);
  }
  Status finish() {
    if (std::fflush(file_ ? file_.get() : stdout) != 0) {
      return base::errno_error(errno, "can't write", path_.empty() ? "standard output" : path_);
    }
    if (!file_) return {};
    if (part_ != path_ && std::rename(part_.c_str(), path_.c_str()) != 0) {
      return base::errno_error(errno, "can't name", path_);
    }
    file_.reset();
    return {};
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  Out() = default;
  std::string path_, part_;
  std::unique_ptr<std::FILE, Close> file_;
};

Result<std::int64_t> parse_time(const std::string& name, const std::string& text) {
  auto instant = base::parse_instant(text);
  if (!instant) return base::annotate(instant.error(), name);
  return base::to_millis(*instant);
}

/// "500:600", the last not included; either may be left out.
Status parse_rows(const std::string& text, LedgerRange& range) {
  std::size_t colon = text.find(':');
  std::int64_t most = range.last_user;
  if (colon != std::string::npos) {
    if (colon > 0) range.first_user = TRY(parse_count(std::string_view(text).substr(0, colon)));
    if (colon + 1 < text.size()) {
      range.last_user = TRY(parse_count(std::string_view(text).substr(colon + 1)));
    }
  }
  if (colon != std::string::npos && range.first_user <= range.last_user && range.last_user <= most)
    return {};
  return error(Code::kInvalidArgument, "--rows {}: write FIRST:LAST within 0:{}, LAST not included",
               text, most);
}

}  // namespace

void FaultsVerb::add_to(CLI::App& command) {
  command.add_option("--table", table_, "users, pageviews or stars; without it, all three");
  command.add_option("--fault", faults_, "Only this fault, e.g. late_event; may be repeated");
  command.add_option("--rows", rows_, "Of users: FIRST:LAST, last not included");
  command.add_option("--from", from_, "Of events: those that arrive from here on [the back-fill]");
  command.add_option("--to", to_, "… and before this [the epoch]");
  command.add_option("--cut", cut_, "What arrives from here on repairs nothing [--to]");
  command.add_option("--format", format_, "List the rows")
      ->type_name("FORMAT")
      ->transform(cli::one_of({"table", "jsonl", "csv"}));
  command.add_option("--out", out_, "List them into a file; - is standard output");
  chosen_.add_to(command);
}

bool FaultsVerb::wanted(Fault fault) const {
  return faults_.empty() || std::ranges::find(faults_, fault_name(fault)) != faults_.end();
}

Result<LedgerRange> FaultsVerb::range(const World& world, Table table) const {
  LedgerRange range = TRY(world::Ledger(world).whole(table));
  if (table == Table::kUsers) {
    if (!rows_.empty()) TRY(parse_rows(rows_, range));
    return range;
  }
  if (!from_.empty()) range.from_ms = TRY(parse_time("--from", from_));
  if (!to_.empty()) range.to_ms = range.cut_ms = TRY(parse_time("--to", to_));
  if (!cut_.empty()) range.cut_ms = TRY(parse_time("--cut", cut_));
  if (range.from_ms <= range.to_ms) return range;
  return error(Code::kInvalidArgument, "--from {} is after --to {}",
               base::format_millis(base::from_millis(range.from_ms)),
               base::format_millis(base::from_millis(range.to_ms)));
}

Result<std::vector<LedgerRange>> FaultsVerb::ranges(const World& world) const {
  for (const std::string& name : faults_) TRY(fault_named(name));
  std::vector<Table> tables(world::kFaultyTables.begin(), world::kFaultyTables.end());
  if (!table_.empty()) tables = {TRY(table_named(table_))};
  bool events = !from_.empty() || !to_.empty() || !cut_.empty();
  if (events && !rows_.empty()) {
    return error(Code::kInvalidArgument, "--rows chooses users, --from and --to events: give one");
  }
  if (!rows_.empty() && table_.empty()) tables = {Table::kUsers};
  if (events && table_.empty()) tables = {Table::kPageviews, Table::kStars};
  if ((!rows_.empty() && tables[0] != Table::kUsers) || (events && tables[0] == Table::kUsers)) {
    return error(Code::kInvalidArgument,
                 "users are chosen by --rows, events by --from and --to, and the table is {}",
                 table_name(tables[0]));
  }
  std::vector<LedgerRange> out;
  for (Table table : tables) out.push_back(TRY(range(world, table)));
  return out;
}

Status FaultsVerb::print_rows(const World& world, const std::vector<LedgerRange>& ranges) const {
  Out out = TRY(Out::open(out_));
  std::string format = format_.empty() ? "jsonl" : format_, text = header(format);
  auto append = format == "jsonl" ? append_json : format == "csv" ? append_csv : append_table;
  for (const LedgerRange& range : ranges) {
    TRY(world::Ledger(world).visit(range, chosen_.threads(), [&](const world::LedgerChunk& chunk) {
      for (const LedgerRow& row : chunk.faults) {
        if (wanted(row.fault)) append(row, text);
      }
      Status written = out.write(text);
      text.clear();
      return written;
    }));
  }
  TRY(out.write(text));
  return out.finish();
}

Status FaultsVerb::print_summary(const World& world, const std::vector<LedgerRange>& ranges) const {
  fmt::print("{:<9}  {:<17}  {:>11}  {:>12}  {:>10}  {:>11}  {:>10}\n", "table", "fault",
             "share set", "rows", "planted", "share found", "repairable");
  for (const LedgerRange& range : ranges) {
    for (const world::FaultSummary& s : summarize(world, range, chosen_.threads())) {
      if (!wanted(s.fault)) continue;
      fmt::print("{:<9}  {:<17}  {:>9.4g} %  {:>12}  {:>10}  {:>9.4g} %  {:>10}\n",
                 table_name(s.table), fault_name(s.fault), 100 * s.share_set, s.rows, s.planted,
                 100 * s.share_found(), s.repairable);
    }
  }
  return {};
}

Status FaultsVerb::run() const {
  World world = TRY(chosen_.world());
  std::vector<LedgerRange> ranges = TRY(this->ranges(world));
  if (format_.empty() && out_.empty()) return print_summary(world, ranges);
  return print_rows(world, ranges);
}

}  // namespace app
