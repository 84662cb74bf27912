// Instances, connections and errors of DuckDB.
#include <malloc.h>

#include <mutex>
#include <utility>

#include "lake/batch_source_internal.h"
#include "lake/duckdb_internal.h"
#include "lake/value_internal.h"

namespace lake {
namespace {

using base::Code;

/// "Binder Error: ", "Invalid Input Error: "; empty: none stands before.
std::string_view class_of(std::string_view message) {
  constexpr std::string_view kEnd = " Error: ";
  auto end = message.substr(0, 40).find(kEnd);
  if (end == std::string_view::npos) return {};
  std::string_view name = message.substr(0, end);
  bool words = !name.empty() && std::isupper(static_cast<unsigned char>(name[0])) != 0 &&
               std::ranges::all_of(name, [](unsigned char c) {
                 return std::isalpha(c) != 0 || c == ' ' || c == '-';
               });
  return words ? message.substr(0, end + kEnd.size()) : std::string_view();
}

Code code_of(duckdb_error_type type, std::string_view message) {
  switch (type) {
    case DUCKDB_ERROR_OUT_OF_MEMORY:
      return Code::kResourceExhausted;
    case DUCKDB_ERROR_IO:
      if (message.find("No space left") != std::string_view::npos) return Code::kResourceExhausted;
      if (message.find("No such file") != std::string_view::npos ||
          message.find("No files found") != std::string_view::npos) {
        return Code::kNotFound;
      }
      return Code::kDataLoss;
    case DUCKDB_ERROR_PERMISSION:
      return Code::kPermissionDenied;
    case DUCKDB_ERROR_INTERRUPT:
      return Code::kCancelled;
    case DUCKDB_ERROR_INTERNAL:
    case DUCKDB_ERROR_FATAL:
      return Code::kInternal;
    case DUCKDB_ERROR_NOT_IMPLEMENTED:
      return Code::kUnimplemented;
    default:
      return Code::kInvalidArgument;
  }
}

struct Config {
  duckdb_config raw = nullptr;
  Config() { duckdb_create_config(&raw); }
  ~Config() { duckdb_destroy_config(&raw); }
  void set(const char* name, const std::string& value) {
    CHECK(duckdb_set_config(raw, name, value.c_str()) == DuckDBSuccess, "{}", name);
  }
};

/// What open_ahead() opened, until open() takes it.
struct Ahead {
  std::mutex mutex;
  std::shared_ptr<DuckDb> db;
};

Ahead& ahead() {
  static Ahead one;
  return one;
}

std::shared_ptr<DuckDb> take_ahead() {
  std::lock_guard lock(ahead().mutex);
  return std::exchange(ahead().db, nullptr);
}

}  // namespace

std::string quote_text(std::string_view text) {
  std::string quoted = "'";
  for (char c : text) quoted.append(c == '\'' ? 2 : 1, c);
  return quoted + '\'';
}

std::string quote_name(std::string_view name) {
  std::string quoted = "\"";
  for (char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

std::string_view without_class(std::string_view message) {
  for (auto name = class_of(message); !name.empty(); name = class_of(message)) {
    message.remove_prefix(name.size());
  }
  return message;
}

base::Error duck_error(duckdb_error_type type, std::string_view message) {
  return {code_of(type, message), std::string{without_class(message)}};
}

base::Error duck_error(const duckdb_result& result) {
  auto* raw = const_cast<duckdb_result*>(&result);
  const char* message = duckdb_result_error(raw);
  return duck_error(duckdb_result_error_type(raw), message == nullptr ? "" : message);
}

std::vector<Json> DuckResult::rows(std::int64_t max_rows) {
  std::int64_t budget = INT64_MAX;
  return read_rows(max_rows, budget, /*for_answer=*/false);
}

std::vector<Json> DuckResult::rows(std::int64_t max_rows, std::int64_t& budget) {
  return read_rows(max_rows, budget, /*for_answer=*/true);
}

std::vector<Json> DuckResult::read_rows(std::int64_t max_rows, std::int64_t& budget,
                                        bool for_answer) {
  Integers form = for_answer ? Integers::kOfADouble : Integers::kOf64Bits;
  std::vector<Json> rows;
  std::vector<duckdb_logical_type> types;
  for (idx_t i = 0; i < duckdb_column_count(&raw_); ++i) {
    types.push_back(duckdb_column_logical_type(&raw_, i));
  }
  auto enough = [&] { return budget < 0 || (max_rows >= 0 && std::ssize(rows) >= max_rows); };
  while (!enough()) {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(raw_);
    if (chunk == nullptr) break;
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(chunk) && !enough(); ++row) {
      Json values = Json::array();
      for (idx_t i = 0; i < types.size() && budget >= 0; ++i) {
        auto* vector = duckdb_data_chunk_get_vector(chunk, i);
        values.push_back(value_to_json(vector, types[i], row, budget, form));
      }
      if (budget >= 0) rows.push_back(std::move(values));
    }
    duckdb_destroy_data_chunk(&chunk);
  }
  for (auto& type : types) duckdb_destroy_logical_type(&type);
  return rows;
}

Json DuckResult::value() {
  auto first = rows(1);
  return first.empty() ? Json{} : first[0][0];
}

base::Status DuckDb::open_ahead() {
  // One thread is the opening one: others would only wait.
  auto db = TRY(open({.threads = 1, .memory_mb = 64, .temp_dir = ""}));
  std::lock_guard lock(ahead().mutex);
  ahead().db = std::move(db);
  return {};
}

base::Result<std::shared_ptr<DuckDb>> DuckDb::open(const Options& options) {
  if (auto db = take_ahead()) {
    auto connection = TRY(DuckConnection::open(db));
    TRY(connection.run(fmt::format(
        "SET GLOBAL threads = {}; SET GLOBAL memory_limit = '{}MB'; SET GLOBAL temp_directory = {}",
        options.threads, options.memory_mb, quote_text(options.temp_dir))));
    return db;
  }
  Config config;
  config.set("threads", std::to_string(options.threads));
  config.set("memory_limit", fmt::format("{}MB", options.memory_mb));
  config.set("temp_directory", options.temp_dir);
  config.set("autoinstall_known_extensions", "false");
  config.set("autoload_known_extensions", "false");
  duckdb_database raw = nullptr;
  char* message = nullptr;
  if (duckdb_open_ext(nullptr, &raw, config.raw, &message) != DuckDBSuccess) {
    base::Error failed{Code::kInternal, fmt::format("can't start the SQL engine: {}", message)};
    duckdb_free(message);
    return std::unexpected(failed);
  }
  std::shared_ptr<DuckDb> db(new DuckDb(raw));
  auto connection = TRY(DuckConnection::open(db));
  TRY(connection.run("SET GLOBAL TimeZone = 'UTC'"));
  TRY(register_batches(connection));
  return db;
}

DuckDb::~DuckDb() {
  duckdb_close(&raw_);
  // An idle daemon must be small: what the engine freed goes back to the system.
  ::malloc_trim(0);
}

std::uint64_t DuckDb::add_source(std::shared_ptr<BatchSource> source) {
  std::lock_guard lock(mutex_);
  sources_.emplace(next_token_, std::move(source));
  return next_token_++;
}

base::Status DuckDb::remove_source(std::uint64_t token) {
  std::lock_guard lock(mutex_);
  auto node = sources_.extract(token);
  if (!node || !node.mapped()->failure) return {};
  return std::unexpected(*node.mapped()->failure);
}

std::shared_ptr<BatchSource> DuckDb::source(std::uint64_t token) {
  std::lock_guard lock(mutex_);
  auto found = sources_.find(token);
  return found == sources_.end() ? nullptr : found->second;
}

base::Result<DuckConnection> DuckConnection::open(std::shared_ptr<DuckDb> db) {
  duckdb_connection raw = nullptr;
  if (duckdb_connect(db->raw(), &raw) != DuckDBSuccess) {
    return base::error(Code::kInternal, "can't connect to the SQL engine");
  }
  return DuckConnection(std::move(db), raw);
}

DuckConnection::~DuckConnection() {
  if (raw_ != nullptr) duckdb_disconnect(&raw_);
}

base::Result<DuckResult> DuckConnection::query(const std::string& sql) {
  duckdb_result raw{};
  duckdb_state state = duckdb_query(raw_, sql.c_str(), &raw);
  DuckResult result(raw);
  if (state != DuckDBSuccess) return std::unexpected(duck_error(result.raw()));
  return result;
}

base::Status DuckConnection::run(const std::string& sql) {
  TRY(query(sql));
  return {};
}

}  // namespace lake
