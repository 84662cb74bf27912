// A statement's answer, as far as its rows and bytes may go.
#include <algorithm>

#include "lake/session_internal.h"

namespace lake {
namespace {

/// Of hriste_result, with what has no JSON form as text.
std::string casting_select(const std::vector<bool>& cast) {
  std::string select = "SELECT ";
  for (std::size_t i = 0; i < cast.size(); ++i) {
    select += fmt::format("{}{}#{}{}", i == 0 ? "" : ", ", cast[i] ? "CAST(" : "", i + 1,
                          cast[i] ? " AS VARCHAR)" : "");
  }
  return select + " FROM hriste_result";
}

/// At most `most` rows of `text`; `bytes`: what they took, more than the most when that ended them.
base::Result<QueryResult> read_rows(Session& session, const std::string& text, std::int64_t most,
                                    const QueryOptions& options, std::int64_t& bytes) {
  QueryResult result;
  std::int64_t bytes_left = options.max_bytes;
  result.rows = TRY(session.run(text, most + 1, options.timeout, options.stop, &bytes_left));
  bytes = options.max_bytes - bytes_left;
  result.truncated = bytes_left < 0;
  if (std::ssize(result.rows) > most) {
    result.rows.pop_back();
    result.truncated = true;
  }
  return result;
}

/// The engine makes rows by the thousand, and so many may be more than memory holds. The first two
/// tell how many of their size an answer does.
base::Result<QueryResult> read_first_rows(Session& session, const std::string& text,
                                          const QueryOptions& options) {
  std::int64_t bytes = 0;
  auto first = TRY(read_rows(session, text + " LIMIT 2", 1, options, bytes));
  if (!first.truncated || bytes > options.max_bytes) return first;
  std::int64_t fit = options.max_bytes / std::max(bytes / 2, std::int64_t{1}) + 1;
  std::int64_t most = std::min(options.max_rows, fit);
  auto more = read_rows(session, fmt::format("{} LIMIT {}", text, most + 1), most, options, bytes);
  return more ? std::move(*more) : std::move(first);
}

}  // namespace

base::Result<QueryResult> Lake::query_here(const std::string& sql, const QueryOptions& options,
                                           bool first_rows) {
  auto session = TRY(Session::open(*this, sql, options.cuts));
  auto columns = TRY(session->columns());
  bool casts = std::ranges::find(columns.cast, true) != columns.cast.end();
  first_rows = first_rows && session->text() == session->sql();  // and no EXPLAIN
  std::string text = session->text();
  if (casts || first_rows) {
    TRY(session->make_result_view());
    text = casting_select(columns.cast);
  }
  std::int64_t bytes = 0;
  auto result = TRY(first_rows ? read_first_rows(*session, text, options)
                               : read_rows(*session, text, options.max_rows, options, bytes));
  result.columns = std::move(columns.list);
  return result;
}

}  // namespace lake
