// lake_peer_tool hammer FOLDER: a lake in FOLDER whose table silver.t is overwritten for ever, with
// 1000 rows that all hold the version; prints each version that is committed. To be killed.
// lake_peer_tool FOLDER: makes Delta tables with our own writer below FOLDER, for tests that read
// them with other implementations (tests/delta_peers_test.py says what it expects to find).
//   every    one row of every type and one of nulls, then the same again appended; a timestamp_ntz
//   plain    22 overwrites of five rows (two checkpoints), without timestamp_ntz
//   parts    partitioned by a text with blanks, per cents and a null
#include <cstdio>

#include "base/clock.h"
#include "base/env.h"
#include "lake/delta.h"
#include "lake/delta_internal.h"
#include "lake/lake.h"
#include "lake/parquet_internal.h"

namespace {

using lake::Commit;

struct Tool {
  std::string root;
  base::SystemClock clock;
  lake::DuckConnection connection;

  /// Runs `select` into a new file of `table`.
  base::Result<lake::DataFile> file(const std::string& table, const std::string& select,
                                    const lake::Json& schema, const std::string& folder = "") {
    lake::DataFile file;
    file.path = folder + lake::DeltaTable::new_file_name();
    std::string path = root + "/" + table + "/" + file.path;
    TRY(base::Env::real().make_dirs(path.substr(0, path.rfind('/'))));
    auto written = TRY(lake::copy_to_parquet(connection, select, path));
    file.rows = written.file.rows;
    file.bytes = written.file.bytes;
    file.stats = lake::delta_stats(written.stats, schema, file.rows);
    return file;
  }

  base::Status make_every() {
    lake::Json schema = lake::delta_schema({{{"b", model::Type::kBool},
                                             {"i", model::Type::kInt64},
                                             {"d", model::Type::kDouble},
                                             {"m", model::Type::kDecimal},
                                             {"s", model::Type::kString},
                                             {"day", model::Type::kDate},
                                             {"t", model::Type::kTimestamp},
                                             {"n", model::Type::kTimestampNtz},
                                             {"l", model::Type::kStringList}}});
    std::string select =
        "SELECT true AS b, 42::BIGINT AS i, 2.5::DOUBLE AS d, 12.30::DECIMAL(12,2) AS m, "
        "'Žluťoučký' AS s, DATE '2026-06-01' AS day, "
        "TIMESTAMPTZ '2026-06-01 12:00:00.123456+00' AS t, "
        "TIMESTAMP '2026-06-01 14:00:00.123456' AS n, ['a', 'č'] AS l "
        "UNION ALL SELECT null, null, null, null, null, null, null, null, null";
    lake::DeltaTable table(base::Env::real(), clock, root + "/every");
    for (int i = 0; i < 2; ++i) {
      auto data = TRY(file("every", select, schema));
      TRY(table.commit({.schema = schema,
                        .files = {data},
                        .info = {{"hriste.cuts", {{"pageviews", 1'780'272'000'000}}}}}));
    }
    return {};
  }

  base::Status make_plain() {
    lake::Json schema =
        lake::delta_schema({{{"id", model::Type::kInt64}, {"run", model::Type::kInt64}}});
    lake::DeltaTable table(base::Env::real(), clock, root + "/plain");
    for (int run = 0; run < 22; ++run) {
      auto data =
          TRY(file("plain", fmt::format("SELECT range AS id, {}::BIGINT AS run FROM range(5)", run),
                   schema));
      TRY(table.commit({.mode = Commit::Mode::kOverwrite, .schema = schema, .files = {data}}));
    }
    return {};
  }

  base::Status make_parts() {
    lake::Json schema =
        lake::delta_schema({{{"id", model::Type::kInt64}, {"kraj", model::Type::kString}}});
    Commit commit{.schema = schema, .partition_columns = {"kraj"}};
    int id = 0;
    for (const char* kraj : {"Kraj Vysočina", "100%", ""}) {
      std::string select = fmt::format("SELECT {}::BIGINT AS id", id++);
      // Hive's escaping in the folder's name; the log's percent-encoding comes on top.
      std::string folder = *kraj == '\0'  ? "kraj=__HIVE_DEFAULT_PARTITION__/"
                           : *kraj == '1' ? "kraj=100%25/"
                                          : "kraj=Kraj Vysočina/";
      auto data = TRY(file("parts", select, schema, folder));
      data.partition_values["kraj"] =
          *kraj == '\0' ? std::optional<std::string>{} : std::optional<std::string>{kraj};
      commit.files.push_back(data);
    }
    TRY(lake::DeltaTable(base::Env::real(), clock, root + "/parts").commit(commit));
    return {};
  }
};

base::Status run(const std::string& root) {
  Tool tool{root, {}, TRY(lake::DuckConnection::open(TRY(lake::shared_engine())))};
  TRY(tool.make_every());
  TRY(tool.make_plain());
  TRY(tool.make_parts());
  return {};
}

base::Status hammer(const std::string& folder) {
  base::SystemClock clock;
  auto lake = TRY(lake::Lake::open({.env = &base::Env::real(),
                                    .clock = &clock,
                                    .root = folder + "/lake",
                                    .temp_dir = folder + "/tmp"}));
  auto last = lake->table_write("silver.t");
  for (std::int64_t version = last ? last->version + 1 : 0;; ++version) {
    auto write = TRY(lake->overwrite_table(
        "silver.t",
        fmt::format("SELECT {}::BIGINT AS version, range AS id FROM range(1000)", version)));
    std::printf("%ld\n", write.version);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  bool hammers = argc == 3 && std::string_view{argv[1]} == "hammer";
  if (argc != 2 && !hammers) {
    std::fputs("usage: lake_peer_tool [hammer] FOLDER\n", stderr);
    return 2;
  }
  auto status = hammers ? hammer(argv[2]) : run(argv[1]);
  if (!status) std::fprintf(stderr, "%s\n", status.error().message.c_str());
  return status ? 0 : 1;
}
