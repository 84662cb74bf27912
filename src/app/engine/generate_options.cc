#include "app/engine/generate_options.h"

#include <algorithm>
#include <map>
#include <thread>

#include "app/engine/world_names.h"
#include "base/clock.h"
#include "cli/parse.h"

namespace app {

using base::Code;
using base::error;
using base::Result;
using base::Status;
using world::Table;

namespace {

constexpr const char* kWhat = "What";
constexpr const char* kWhere = "Where to";
constexpr const char* kHow = "How";

constexpr const char* kDescription =
    "Make the rows of a synthetic Czech web shop: believable people, goods, orders and traffic.\n"
    "The same options give the same bytes, on every machine and any number of threads.\n\n"
    "Tables: users, vipusers, products, towns, orders, items, pageviews, stars.\n";
constexpr const char* kExamples =
    "Examples:\n"
    "  hriste generate users | head                                  look at some\n"
    "  hriste generate users --users 1M --seed 7 --out users.json    a million people\n"
    "  hriste generate orders --rows 500:600 --format csv            orders 500 … 599\n"
    "  hriste generate users --out users.csv --csv-dialect excel-cs  for a Czech Excel\n"
    "  hriste generate pageviews --out views.parquet                 a day of traffic\n"
    "  hriste generate orders items --sqlite shop.db                 two tables of a database\n"
    "  hriste generate orders items --postgres 'dbname=shop'         the same in PostgreSQL\n"
    "  hriste generate pageviews --kafka localhost:9092              a topic of that name\n"
    "  hriste generate pageviews --live --speed 60 | grep DELETE     a minute a second, endless\n"
    "  hriste generate --all --out shop/ --format parquet            the whole world\n\n"
    "A stopped or killed command goes on where it was when it is given again; files appear under\n"
    "their names when they are whole.\n\n"
    "Exit status:\n"
    "  0   done, or the reader of a pipe has seen enough\n"
    "  2   it could not be done, or the command is mistaken\n"
    "  130 interrupted\n\n"
    "Times:\n"
    "  all are playground time, UTC.\n";

int default_threads() {
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 64);
}

Result<std::int64_t> time_ms(const std::string& option, const std::string& text) {
  auto time = base::parse_instant(text);
  if (!time) return base::annotate(time.error(), option);
  return base::to_millis(*time);
}

}  // namespace

void GenerateOptions::add_to(CLI::App& command) {
  static const std::map<std::string, Format> formats{
      {"jsonl", Format::kJsonLines}, {"csv", Format::kCsv}, {"parquet", Format::kParquet}};
  command.description(kDescription);
  command.footer(kExamples);
  threads = default_threads();
  command.add_option("TABLE", table_names, "One or more of the tables")
      ->type_name("")
      ->expected(0, -1);
  command.add_flag("--all", all, "Every table")->group(kWhat);
  command
      .add_option(
          "--rows", rows,
          "Only these rows, counted from 0: the first is included, the last is not. Events\n"
          "count from the beginning of the traffic")
      ->type_name("FIRST:LAST")
      ->group(kWhat);
  command.add_option("--from", from, "Events that arrive from this time on [beginning of traffic]")
      ->type_name("TIME")
      ->group(kWhat);
  command.add_option("--to", to, "Events that arrive before this time [the epoch]")
      ->type_name("TIME")
      ->group(kWhat);
  command
      .add_option("-o,--out", out,
                  "A file; - for standard output [default]; a folder for several tables, or for\n"
                  "products as a file each")
      ->type_name("PATH")
      ->group(kWhere);
  command
      .add_option_function<std::string>(
          "-f,--format", [this](const std::string& name) { format = formats.at(name); },
          "The rows' format [by the file's name, else jsonl]")
      ->transform(cli::one_of({"jsonl", "csv", "parquet"}))
      ->type_name("FORMAT")
      ->group(kWhere);
  command
      .add_option("--csv-dialect", csv_dialect,
                  "Of CSV: rfc4180 [default], or excel-cs, which Excel opens where commas are\n"
                  "decimal: a byte order mark, semicolons, 1234,50")
      ->transform(cli::one_of({"rfc4180", "excel-cs"}))
      ->type_name("DIALECT")
      ->group(kWhere);
  command.add_option("--sqlite", sqlite, "Tables of this SQLite file, made when absent")
      ->type_name("FILE")
      ->group(kWhere);
  command
      .add_option("--postgres", postgres,
                  "Tables of this PostgreSQL database: \"host=localhost dbname=shop\" or a URI")
      ->type_name("DSN")
      ->group(kWhere);
  kafka.add_to(command, kWhere);
  command
      .add_flag("--live", live,
                "After the traffic before the epoch go on without end, as events arrive, until\n"
                "Ctrl-C; to --kafka or standard output")
      ->group(kHow);
  command
      .add_option("--speed", speed, "Seconds of the stream's clock in a second, with --live [1]")
      ->check(CLI::Range(0.1, 10'000.0))
      ->type_name("FACTOR")
      ->group(kHow);
  command.add_flag("--overwrite", overwrite, "Replace files and tables that are there")
      ->group(kHow);
  command.add_option("-j,--threads", threads, "Threads")
      ->check(CLI::Range(1, 64))
      ->capture_default_str()
      ->group(kHow);
  command.add_flag("-q,--quiet", quiet, "No progress, no summary")->group(kHow);
  world.add_to(command);
}

Status GenerateOptions::check() const {
  if ((!sqlite.empty() || !postgres.empty() || kafka.given()) &&
      (!out.empty() || format || !csv_dialect.empty())) {
    return error(Code::kInvalidArgument,
                 "--sqlite, --postgres and --kafka go without --out, --format and --csv-dialect");
  }
  if (!sqlite.empty() + !postgres.empty() + kafka.given() > 1) {
    return error(Code::kInvalidArgument, "only one of --sqlite, --postgres and --kafka at a time");
  }
  if (kafka.given() && overwrite) {
    return error(Code::kInvalidArgument, "--overwrite can't empty a topic: remove it first");
  }
  TRY(kafka.check(all ? world::kTables.size() : table_names.size()));
  TRY(check_live());
  if (!rows.empty() && !(from.empty() && to.empty())) {
    return error(Code::kInvalidArgument, "--rows goes without --from and --to");
  }
  if (all && !table_names.empty()) {
    return error(Code::kInvalidArgument, "--all goes without names of tables");
  }
  return {};
}

Status GenerateOptions::check_live() const {
  if (!live && speed) return error(Code::kInvalidArgument, "--speed goes with --live");
  if (!live) return {};
  bool lines = !format || *format == Format::kJsonLines;
  bool to_pipe = (out.empty() || out == "-") && lines;
  if (!sqlite.empty() || !postgres.empty() || !(kafka.given() || to_pipe)) {
    return error(Code::kInvalidArgument,
                 "--live goes to --kafka, or as JSON lines to standard output");
  }
  if (!rows.empty() || !from.empty() || !to.empty()) {
    return error(Code::kInvalidArgument, "--live has no --rows, --from and --to: it has no end");
  }
  return {};
}

Result<std::vector<Table>> GenerateOptions::tables() const {
  std::vector<Table> tables;
  if (all) tables.assign(world::kTables.begin(), world::kTables.end());
  for (const std::string& name : table_names) {
    Table table = TRY(table_named(name));
    if (std::ranges::count(tables, table) == 0) tables.push_back(table);
  }
  if (live) {
    if (std::ranges::any_of(tables, [](Table table) { return !load::is_traffic(table); })) {
      return error(Code::kInvalidArgument, "only pageviews and stars arrive --live");
    }
    if (tables.size() > 1 && !kafka.given()) {
      return error(Code::kInvalidArgument, "several streams can't share standard output");
    }
  }
  if (!tables.empty()) return tables;
  return error(Code::kInvalidArgument,
               "which table? Name one or more of users, vipusers, products, towns, orders, items, "
               "pageviews, stars, or give --all");
}

Result<load::Slice> GenerateOptions::slice(const world::World& world, Table table) const {
  if (!rows.empty()) {
    std::size_t colon = rows.find(':');
    if (colon == std::string::npos) {
      return error(Code::kInvalidArgument, "--rows {}: write --rows FIRST:LAST", rows);
    }
    auto first = parse_count(std::string_view(rows).substr(0, colon));
    auto last = parse_count(std::string_view(rows).substr(colon + 1));
    if (!first) return base::annotate(first.error(), "--rows");
    if (!last) return base::annotate(last.error(), "--rows");
    return load::slice_rows(world, table, *first, *last);
  }
  if (from.empty() && to.empty()) return load::whole_table(world, table);
  std::int64_t from_ms = from.empty() ? world.backfill_start_ms() : TRY(time_ms("--from", from));
  std::int64_t to_ms = to.empty() ? world.epoch_ms() : TRY(time_ms("--to", to));
  return load::slice_time(world, table, from_ms, to_ms);
}

}  // namespace app
