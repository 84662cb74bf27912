// Expressions: one tree for the parsed form and the bound form. The parser fills what the text
// says; the binder replaces names by what they mean (source and column, function, key, aggregate).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "streamsql/functions.h"
#include "streamsql/located.h"

namespace streamsql {

enum class ExprKind {
  kNull,
  kInteger,    ///< `integer`
  kFloat,      ///< `number`
  kText,       ///< `text`
  kColumn,     ///< `path`; bound: path[0] is the column of `source`, the rest are record fields
  kNot,        ///< args[0]
  kNegate,     ///< args[0]
  kBitNot,     ///< args[0]
  kBinary,     ///< args[0] op args[1]
  kAnd,        ///< all args (two or more)
  kOr,         ///< all args (two or more)
  kLike,       ///< args[0] [NOT] LIKE args[1]
  kIn,         ///< args[0] [NOT] IN (args[1..])
  kBetween,    ///< args[0] [NOT] BETWEEN args[1] AND args[2]
  kIsNull,     ///< args[0] IS [NOT] NULL
  kCase,       ///< [operand] (when, then)… [else], see has_operand, has_else
  kCast,       ///< CAST/TRY_CAST(args[0] AS type)
  kCall,       ///< text(args…); bound: `function`
  kTimestamp,  ///< bound only: System.Timestamp() of the row
  kKey,        ///< bound only: GROUP BY key number `index`
  kAggregate,  ///< bound only: aggregate number `index`
  kAnalytic,   ///< bound only: analytic function number `index`, of the FROM row
};

enum class Op {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kBitAnd,
  kBitOr,
  kBitXor,
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe
};
const char* op_text(Op op);

/// The dialect's value types.
enum class SqlType { kBigint, kFloat, kText, kDatetime, kBit, kRecord, kArray };
const char* type_text(SqlType type);

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

/// OVER (PARTITION BY … ORDER BY … LIMIT DURATION(unit, n) WHEN …).
struct Over {
  std::vector<ExprPtr> partition_by;
  struct Order {
    ExprPtr value;
    bool descending = false;
  };
  std::vector<Order> order_by;
  ExprPtr limit;  ///< the DURATION(unit, n) call
  ExprPtr when;
};

/// A node. Never deeper than kExprDepthMax, so that recursion over it is safe.
struct Expr {
  ExprKind kind = ExprKind::kNull;
  Position at;
  int depth = 1;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;
  std::vector<std::string> path;
  Op op = Op::kEq;
  SqlType type = SqlType::kBigint;
  bool negated = false;      ///< NOT LIKE, NOT IN, NOT BETWEEN, IS NOT NULL
  bool try_cast = false;     ///< TRY_CAST
  bool distinct = false;     ///< COUNT(DISTINCT x)
  bool star = false;         ///< COUNT(*)
  bool has_operand = false;  ///< simple CASE
  bool has_else = false;
  std::unique_ptr<Over> over;
  std::vector<ExprPtr> args;

  // Bound:
  int source = 0;  ///< kColumn: 0 = FROM, 1… = joined
  int index = 0;   ///< kKey, kAggregate, kAnalytic
  FunctionId function = FunctionId::kNone;
  DatePart part = DatePart::kSecond;  ///< kCall of DATEADD, DATEPART, …
  std::optional<SqlType> known;  ///< kKey, kAggregate, kAnalytic: the type of all values, if known
};

inline constexpr int kExprDepthMax = 100;

ExprPtr clone(const Expr& expr);

/// The type that every value of a bound expression has (NULL aside), when the text alone says so:
/// casts, most functions, literals. Columns have none: their types belong to the values.
std::optional<SqlType> static_type(const Expr& expr);

}  // namespace streamsql
