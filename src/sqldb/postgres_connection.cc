// Connections to PostgreSQL and its errors. A message names the place, never the password.
#include <algorithm>
#include <optional>

#include "base/secrets.h"
#include "base/text_position.h"
#include "sqldb/postgres_internal.h"

namespace sqldb::postgres {
namespace {

using base::Code;
using base::error;

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

std::string option(const Options& options, std::string_view name) {
  for (const PQconninfoOption* o = options.get(); o->keyword != nullptr; ++o) {
    if (name == o->keyword && o->val != nullptr) return o->val;
  }
  return "";
}

struct StateCode {
  std::string_view prefix;
  Code code;
};
/// By the longest prefix of SQLSTATE that fits. Source: PostgreSQL 15, Appendix A.
constexpr StateCode kStates[] = {
    {"08", Code::kUnavailable},         {"0A", Code::kUnimplemented},
    {"22", Code::kInvalidArgument},     {"23", Code::kInvalidArgument},
    {"23505", Code::kAlreadyExists},    {"25006", Code::kPermissionDenied},
    {"28", Code::kPermissionDenied},    {"3D000", Code::kNotFound},
    {"40", Code::kUnavailable},         {"42", Code::kInvalidArgument},
    {"42501", Code::kPermissionDenied}, {"53", Code::kResourceExhausted},
    {"54", Code::kResourceExhausted},   {"55", Code::kFailedPrecondition},
    {"57", Code::kUnavailable},         {"58", Code::kUnavailable},
    {"XX001", Code::kDataLoss},         {"XX002", Code::kDataLoss},
};

Code code_of(std::string_view state) {
  Code code = Code::kInternal;
  std::size_t longest = 0;
  for (const StateCode& s : kStates) {
    if (state.starts_with(s.prefix) && s.prefix.size() > longest) {
      code = s.code;
      longest = s.prefix.size();
    }
  }
  return code;
}

/// One line, without the password and libpq's severity words.
std::string clean(std::string text, const Dsn& dsn) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::ranges::replace(text, '\n', ' ');
  for (std::string_view word : {"FATAL:  ", "ERROR:  "}) {
    if (auto at = text.find(word); at != std::string::npos) text.erase(at, word.size());
  }
  // Neither libpq nor a server repeats it, but a proxy might.
  for (std::size_t at = 0; dsn.password.size() > 2;) {
    at = text.find(dsn.password, at);
    if (at == std::string::npos) break;
    text.replace(at, dsn.password.size(), "***");
    at += 3;
  }
  return text;
}

/// The byte of `sql` that PostgreSQL's position (characters, from 1) means.
std::size_t byte_of_position(std::string_view sql, std::size_t position) {
  std::size_t byte = 0;
  for (std::size_t seen = 0; byte < sql.size(); ++byte) {
    bool starts_character = (sql[byte] & 0xC0) != 0x80;
    if (starts_character && ++seen == position) break;
  }
  return byte;
}

std::string where_in(const PGresult* answer, std::string_view sql, std::size_t skip) {
  const char* position = PQresultErrorField(answer, PG_DIAG_STATEMENT_POSITION);
  if (position == nullptr || sql.empty()) return "";
  std::size_t byte = byte_of_position(sql, std::strtoul(position, nullptr, 10));
  return byte < skip ? "" : base::position_of(sql.substr(skip), byte - skip);
}

std::string field(const PGresult* answer, int which) {
  const char* text = PQresultErrorField(answer, which);
  return text == nullptr ? "" : text;
}

std::unexpected<base::Error> refused(const Dsn& dsn, PGconn* connection) {
  std::string why = clean(PQerrorMessage(connection), dsn);
  if (why.find("does not exist") != std::string::npos) {
    return error(Code::kNotFound, "can't open PostgreSQL's {}: {}", dsn.place, why);
  }
  if (PQconnectionNeedsPassword(connection) != 0 || PQconnectionUsedPassword(connection) != 0) {
    return error(Code::kPermissionDenied,
                 "can't open PostgreSQL's {}: {} (user and password= of the connection text, "
                 "PGPASSWORD or ~/.pgpass)",
                 dsn.place, why);
  }
  return error(Code::kUnavailable, "can't open PostgreSQL's {}: {}", dsn.place, why);
}

}  // namespace

base::Result<Dsn> read_dsn(const std::string& text) {
  char* complaint = nullptr;
  Options options(PQconninfoParse(text.c_str(), &complaint));
  PQfreemem(complaint);  // it may repeat a part of the password
  auto unreadable = [](std::string_view what) {
    return error(Code::kInvalidArgument,
                 "PostgreSQL's connection text {}: write \"host=localhost dbname=shop user=me\" "
                 "(values with blanks as name='a b') or \"postgresql://me@localhost/shop\" (other "
                 "characters as %40)",
                 what);
  };
  if (!options) return unreadable("can't be read");
  Dsn dsn{text, {}, option(options, "password")};
  base::keep_secret(dsn.password);
  std::string host = option(options, "host"), address = option(options, "hostaddr");
  // A password with a bare @ ends up here.
  if (host.find('@') != std::string::npos) return unreadable("has a host with an @");
  std::string port = option(options, "port"), name = option(options, "dbname");
  if (host.empty()) host = address;
  dsn.place = fmt::format("database {} at {}{}", name.empty() ? "(default)" : name,
                          host.empty() ? "the local socket" : host, port.empty() ? "" : ":" + port);
  return dsn;
}

base::Result<Connection> connect(const Dsn& dsn) {
  // What comes later wins, so that the text's own values do; libpq takes the first as a whole text.
  const char* names[] = {"connect_timeout", "dbname", "client_encoding",
                         "fallback_application_name", nullptr};
  const char* values[] = {"10", dsn.text.c_str(), "UTF8", "hriste", nullptr};
  Connection connection(PQconnectdbParams(names, values, 1));
  if (!connection) return error(Code::kResourceExhausted, "no memory to open PostgreSQL");
  if (PQstatus(connection.get()) != CONNECTION_OK) return refused(dsn, connection.get());
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

std::unexpected<base::Error> failure(const Dsn& dsn, PGconn* connection, const PGresult* answer,
                                     std::string_view what, std::string_view sql,
                                     std::size_t skip) {
  std::string state = answer == nullptr ? "" : field(answer, PG_DIAG_SQLSTATE);
  if (state.empty()) {
    return error(PQstatus(connection) == CONNECTION_OK ? Code::kInternal : Code::kUnavailable,
                 "{}: {} (PostgreSQL's {})", what, clean(PQerrorMessage(connection), dsn),
                 dsn.place);
  }
  std::string message = field(answer, PG_DIAG_MESSAGE_PRIMARY);
  std::string detail = field(answer, PG_DIAG_MESSAGE_DETAIL);
  if (!detail.empty()) message += "; " + detail;
  return error(code_of(state), "{}{}: {} (PostgreSQL's {})", where_in(answer, sql, skip), what,
               clean(message, dsn), dsn.place);
}

base::Result<Answer> run(const Dsn& dsn, PGconn* connection, const std::string& sql, bool binary) {
  Answer answer(
      PQexecParams(connection, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, binary ? 1 : 0));
  ExecStatusType status = PQresultStatus(answer.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return answer;
  return failure(dsn, connection, answer.get(), "can't run SQL", sql);
}

}  // namespace sqldb::postgres
