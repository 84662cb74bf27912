// Statements with bounds: in a worker, where the lake has one (sql_worker.h).
#include "lake/delta_internal.h"
#include "lake/session_internal.h"
#include "lake/sql_worker_internal.h"

namespace lake {

using base::Code;
using std::chrono::milliseconds;

base::Result<QueryResult> Lake::query(const std::string& sql, const QueryOptions& options) {
  auto turn = TRY(Turn::take(state_->turns, options.stop));
  return options_.sql_worker.empty() ? query_here(sql, options) : query_in_worker(sql, options);
}

std::vector<base::Result<QueryResult>> Lake::query_each(const std::vector<std::string>& texts,
                                                        const QueryOptions& options) {
  std::vector<base::Result<QueryResult>> answers;
  if (options_.sql_worker.empty() || texts.size() < 2) {
    for (const auto& text : texts) answers.push_back(query(text, options));
    return answers;
  }
  auto ask_all = [&]() -> base::Result<std::string> {
    auto turn = TRY(Turn::take(state_->turns, options.stop));
    WorkerRequest request = worker_request(options.timeout);
    request.texts = texts;
    request.max_rows = options.max_rows;
    request.max_bytes = options.max_bytes;
    request.cuts = options.cuts;
    return ask(request, options.timeout, options.stop);
  };
  auto told = ask_all();
  if (told) answers = answers_from(*told);
  if (answers.size() == texts.size()) return answers;
  base::Error error{Code::kInternal, "the SQL worker gave no answer to each of the questions"};
  if (!told) error = told.error();
  return std::vector<base::Result<QueryResult>>(texts.size(), std::unexpected(error));
}

base::Result<TableWrite> Lake::write_table(const TableSpec& spec, const Cuts& cuts,
                                           std::stop_token stop, milliseconds timeout) {
  auto turn = TRY(Turn::take(state_->turns, stop));
  return options_.sql_worker.empty() ? write_here(spec, cuts, timeout, std::move(stop))
                                     : write_in_worker(spec, cuts, timeout, stop);
}

WorkerRequest Lake::worker_request(milliseconds timeout) const {
  WorkerRequest request{.root = options_.root,
                        .temp_dir = options_.temp_dir + "/" + random_uuid(),
                        .memory_mb = options_.memory_mb,
                        .threads = options_.threads};
  if (timeout.count() > 0) request.seconds_max = timeout.count() / 1000 * options_.threads + 1;
  if (auto free = options_.env->free_bytes(options_.temp_dir)) {
    request.file_bytes_max = static_cast<std::int64_t>(*free / 2);
  }
  std::lock_guard lock(state_->mutex);
  request.facts = state_->facts;
  for (const auto& [owner, theirs] : state_->macros) {
    request.macros.insert(request.macros.end(), theirs.begin(), theirs.end());
  }
  return request;
}

/// What a worker that was ended left on the disk goes.
base::Result<std::string> Lake::ask(const WorkerRequest& request, milliseconds timeout,
                                    const std::stop_token& stop) const {
  auto answer = state_->workers.ask(to_text(request), {.timeout = timeout}, stop);
  (void)options_.env->remove_tree(request.temp_dir);
  return answer;
}

base::Result<QueryResult> Lake::query_in_worker(const std::string& sql,
                                                const QueryOptions& options) {
  WorkerRequest request = worker_request(options.timeout);
  request.sql = sql;
  request.max_rows = options.max_rows;
  request.max_bytes = options.max_bytes;
  request.cuts = options.cuts;
  const auto began = std::chrono::steady_clock::now();
  auto ask_within = [&](milliseconds timeout) -> base::Result<QueryResult> {
    return answer_from(TRY(ask(request, timeout, options.stop)));
  };
  auto answer = ask_within(options.timeout);
  if (answer || answer.error().code != Code::kResourceExhausted) return answer;
  // In another process: what the first one took isn't all given back before it ends.
  auto taken = std::chrono::ceil<milliseconds>(std::chrono::steady_clock::now() - began);
  if (options.timeout.count() > 0 && 2 * taken > options.timeout) return answer;
  request.first_rows = true;
  auto first = ask_within(options.timeout.count() > 0 ? options.timeout - taken : options.timeout);
  return first ? first : answer;
}

base::Result<TableWrite> Lake::write_in_worker(const TableSpec& spec, const Cuts& cuts,
                                               milliseconds timeout, const std::stop_token& stop) {
  WorkerRequest request = worker_request(timeout);
  request.table = spec;
  request.cuts = cuts;
  auto answer = ask(request, timeout, stop);
  return answer ? write_from(*answer) : base::annotate(answer.error(), spec.table);
}

namespace {

/// A text of such a size is checked where it may take memory and time: what a parser does with a
/// smaller one is little, whatever it says.
constexpr std::size_t kSmallText = 16 << 10;
constexpr milliseconds kCheckTime{10'000};

std::size_t size_of(const TableSpec& spec) {
  std::size_t size = spec.select.size() + spec.macros.size();
  for (const auto& expectation : spec.expectations) size += expectation.condition.size();
  return size;
}

}  // namespace

/// `spec` without a table: a text that asks.
base::Result<TableUses> Lake::check(const TableSpec& spec) {
  bool here = options_.sql_worker.empty() || size_of(spec) <= kSmallText;
  return here ? check_here(spec) : check_in_worker(spec);
}

base::Result<TableUses> Lake::check_in_worker(const TableSpec& spec) const {
  WorkerRequest request = worker_request(kCheckTime);
  request.table = spec;
  request.only_check = true;
  auto answer = ask(request, kCheckTime, {});
  if (answer) return uses_from(*answer);
  if (answer.error().code == Code::kUnavailable) return std::unexpected(answer.error());
  return base::error(Code::kInvalidArgument,
                     "a text of {} bytes that needs more memory, or more than {} s, to be read "
                     "alone; make it smaller",
                     size_of(spec), kCheckTime.count() / 1000);
}

}  // namespace lake
