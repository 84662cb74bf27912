#include "streamsql/print.h"

#include <charconv>

#include "base/result.h"

namespace streamsql {
namespace {

std::string doubled(std::string_view text, char quote) {
  std::string out;
  for (char c : text) {
    out += c;
    if (c == quote) out += c;
  }
  return out;
}

std::string quoted_name(std::string_view name) { return "[" + doubled(name, ']') + "]"; }

std::string joined(const std::vector<ExprPtr>& list, std::size_t first = 0) {
  std::string out;
  for (std::size_t i = first; i < list.size(); i++) {
    if (i > first) out += ", ";
    out += print(*list[i]);
  }
  return out;
}

std::string print_path(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& part : path) out += (out.empty() ? "" : ".") + quoted_name(part);
  return out;
}

std::string print_float(double value) {
  char text[64];
  auto end = std::to_chars(text, text + sizeof text, value).ptr;
  std::string out(text, end);
  return out.find_first_of(".e") == std::string::npos ? out + ".0" : out;
}

std::string print_over(const Over& over) {
  std::string out = " OVER (";
  if (!over.partition_by.empty()) out += "PARTITION BY " + joined(over.partition_by) + " ";
  for (std::size_t i = 0; i < over.order_by.size(); i++) {
    const Over::Order& order = over.order_by[i];
    out += (i == 0 ? "ORDER BY " : ", ") + print(*order.value) + (order.descending ? " DESC" : "");
  }
  if (over.limit) out += " LIMIT " + print(*over.limit);
  if (over.when) out += " WHEN " + print(*over.when);
  return out + ")";
}

std::string print_case(const Expr& expr) {
  std::string out = "CASE";
  std::size_t i = 0;
  if (expr.has_operand) out += " " + print(*expr.args[i++]);
  for (; i + 1 < expr.args.size(); i += 2)
    out += " WHEN " + print(*expr.args[i]) + " THEN " + print(*expr.args[i + 1]);
  if (expr.has_else) out += " ELSE " + print(*expr.args.back());
  return out + " END";
}

std::string print_logic(const Expr& expr) {
  std::string out = "(";
  for (std::size_t i = 0; i < expr.args.size(); i++) {
    if (i > 0) out += expr.kind == ExprKind::kAnd ? " AND " : " OR ";
    out += print(*expr.args[i]);
  }
  return out + ")";
}

std::string print_call(const Expr& expr) {
  std::string args = expr.star ? "*" : (expr.distinct ? "DISTINCT " : "") + joined(expr.args);
  return expr.text + "(" + args + ")" + (expr.over ? print_over(*expr.over) : "");
}

std::string print_item(const SelectItem& item) {
  if (item.star) return item.star_path.empty() ? "*" : print_path(item.star_path) + ".*";
  return print(*item.value) + (item.alias.empty() ? "" : " AS " + quoted_name(item.alias));
}

std::string print_relation(const Relation& relation) {
  std::string out = quoted_name(relation.name);
  if (!relation.alias.empty()) out += " AS " + quoted_name(relation.alias);
  if (relation.timestamp_by) out += " TIMESTAMP BY " + print(*relation.timestamp_by);
  if (!relation.over.empty()) out += " OVER " + joined(relation.over);
  if (!relation.partition_by.empty()) out += " PARTITION BY " + joined(relation.partition_by);
  return out;
}

std::string print_select(const SelectCore& select) {
  std::string out = "SELECT ";
  for (std::size_t i = 0; i < select.items.size(); i++)
    out += (i == 0 ? "" : ", ") + print_item(select.items[i]);
  if (!select.into.empty()) out += " INTO " + quoted_name(select.into);
  out += " FROM " + print_relation(select.from);
  for (const Join& join : select.joins)
    out += (join.left ? " LEFT JOIN " : " JOIN ") + print_relation(join.right) + " ON " +
           print(*join.on);
  for (const Apply& apply : select.applies)
    out += (apply.outer ? " OUTER APPLY " : " CROSS APPLY ") + print(*apply.call) + " AS " +
           quoted_name(apply.alias);
  if (select.where) out += " WHERE " + print(*select.where);
  if (!select.group_by.empty()) out += " GROUP BY " + joined(select.group_by);
  if (select.having) out += " HAVING " + print(*select.having);
  return out;
}

std::string print_query(const Query& query) {
  std::string out;
  for (const SelectCore& branch : query.branches)
    out += (out.empty() ? "" : " UNION ") + print_select(branch);
  return out;
}

}  // namespace

std::string print(const Expr& expr) {
  auto arg = [&](std::size_t i) { return print(*expr.args[i]); };
  const char* negated = expr.negated ? " NOT" : "";
  switch (expr.kind) {
    case ExprKind::kNull:
      return "NULL";
    case ExprKind::kInteger:
      return std::to_string(expr.integer);
    case ExprKind::kFloat:
      return print_float(expr.number);
    case ExprKind::kText:
      return "'" + doubled(expr.text, '\'') + "'";
    case ExprKind::kColumn:
      return print_path(expr.path);
    case ExprKind::kNot:
      return "(NOT " + arg(0) + ")";
    case ExprKind::kNegate:
      return "(- (" + arg(0) + "))";
    case ExprKind::kBitNot:
      return "(~ " + arg(0) + ")";
    case ExprKind::kBinary:
      return "(" + arg(0) + " " + op_text(expr.op) + " " + arg(1) + ")";
    case ExprKind::kAnd:
    case ExprKind::kOr:
      return print_logic(expr);
    case ExprKind::kLike:
      return "(" + arg(0) + negated + " LIKE " + arg(1) + ")";
    case ExprKind::kIn:
      return "(" + arg(0) + negated + " IN (" + joined(expr.args, 1) + "))";
    case ExprKind::kBetween:
      return "(" + arg(0) + negated + " BETWEEN " + arg(1) + " AND " + arg(2) + ")";
    case ExprKind::kIsNull:
      return "(" + arg(0) + " IS" + negated + " NULL)";
    case ExprKind::kCase:
      return print_case(expr);
    case ExprKind::kCast:
      return std::string(expr.try_cast ? "TRY_CAST(" : "CAST(") + arg(0) + " AS " +
             type_text(expr.type) + ")";
    case ExprKind::kCall:
      return print_call(expr);
    case ExprKind::kTimestamp:
      return "System.Timestamp()";
    case ExprKind::kKey:
      return fmt::format("<key {}>", expr.index);
    case ExprKind::kAggregate:
      return fmt::format("<aggregate {}>", expr.index);
    case ExprKind::kAnalytic:
      return fmt::format("<analytic {}>", expr.index);
  }
  return "";
}

std::string print(const Script& script) {
  std::string out;
  for (const StepDefinition& step : script.steps)
    out += (out.empty() ? "WITH " : ", ") + quoted_name(step.name) + " AS (" +
           print_query(step.query) + ")";
  if (!out.empty()) out += "\n";
  for (const Query& statement : script.statements) out += print_query(statement) + ";\n";
  return out;
}

}  // namespace streamsql
