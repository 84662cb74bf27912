// The type that holds the values of two.
#include <algorithm>
#include <array>
#include <charconv>

#include "lake/file_shapes_internal.h"

namespace lake {
namespace {

constexpr const char* kText = "VARCHAR";
constexpr std::string_view kNull = "\"NULL\"";

/// Integers with their digits, signed ones by size.
struct Integer {
  std::string_view name;
  int bits;
  bool is_signed;
  int digits;
};
constexpr std::array<Integer, 10> kIntegers{{{"TINYINT", 8, true, 3},
                                             {"SMALLINT", 16, true, 5},
                                             {"INTEGER", 32, true, 10},
                                             {"BIGINT", 64, true, 19},
                                             {"HUGEINT", 128, true, 38},
                                             {"UTINYINT", 8, false, 3},
                                             {"USMALLINT", 16, false, 5},
                                             {"UINTEGER", 32, false, 10},
                                             {"UBIGINT", 64, false, 20},
                                             {"UHUGEINT", 128, false, 38}}};

const Integer* integer(std::string_view type) {
  auto found = std::ranges::find(kIntegers, type, &Integer::name);
  return found == kIntegers.end() ? nullptr : &*found;
}

std::string wider_integer(const Integer& a, const Integer& b) {
  if (a.is_signed == b.is_signed) return std::string{(a.bits >= b.bits ? a : b).name};
  const Integer& other = a.is_signed ? b : a;  // of no sign: the next larger one holds it
  int bits = std::max(other.bits * 2, (a.is_signed ? a : b).bits);
  for (const Integer& candidate : kIntegers) {
    if (candidate.is_signed && candidate.bits >= bits) return std::string{candidate.name};
  }
  return "DOUBLE";
}

struct Decimal {
  int whole, scale;
};
std::optional<Decimal> decimal(std::string_view type) {
  if (const Integer* known = integer(type)) return Decimal{known->digits, 0};
  int width = 0, scale = 0;
  auto comma = type.find(',');
  if (!type.starts_with("DECIMAL(") || comma == std::string_view::npos) return {};
  std::from_chars(type.data() + 8, type.data() + comma, width);
  std::from_chars(type.data() + comma + 1, type.data() + type.size() - 1, scale);
  return Decimal{width - scale, scale};
}

bool is_real(std::string_view type) { return type == "DOUBLE" || type == "FLOAT"; }

std::string wider_number(const std::string& a, const std::string& b) {
  const Integer *left = integer(a), *right = integer(b);
  if (left != nullptr && right != nullptr) return wider_integer(*left, *right);
  auto x = decimal(a), y = decimal(b);
  if ((x || is_real(a)) && (y || is_real(b))) {
    if (!x || !y) return "DOUBLE";
    int whole = std::max(x->whole, y->whole), scale = std::max(x->scale, y->scale);
    if (whole + scale <= 38) return fmt::format("DECIMAL({},{})", whole + scale, scale);
    if (left != nullptr || right != nullptr) return fmt::format("DECIMAL(38,{})", scale);
    return "DOUBLE";
  }
  return kText;
}

/// Times by how much they say.
int time_rank(std::string_view type) {
  constexpr std::array<std::string_view, 5> kTimes{"DATE", "TIMESTAMP_S", "TIMESTAMP_MS",
                                                   "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"};
  auto found = std::ranges::find(kTimes, type);
  return found == kTimes.end() ? -1 : static_cast<int>(found - kTimes.begin());
}

/// What is between the brackets of "STRUCT(…)" or "MAP(…)"; nothing for other types.
std::optional<std::string_view> inside(std::string_view type, std::string_view kind) {
  if (!type.starts_with(kind) || !type.ends_with(')')) return {};
  return type.substr(kind.size(), type.size() - kind.size() - 1);
}

std::string wider_struct(std::string_view a, std::string_view b) {
  Shape members;
  for (std::string_view fields : {a, b}) {
    Shape shape;
    for (const auto& part : split_fields(fields)) {
      auto [name, type] = split_name(part);
      shape.push_back({name, type});
    }
    merge_shape(members, shape);
  }
  std::string list;
  for (const auto& [name, type] : members) {
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", quote_name(name), type);
  }
  return "STRUCT(" + list + ")";
}

}  // namespace

std::string wider_type(const std::string& a, const std::string& b) {
  if (a == b || b == kNull) return a;
  if (a == kNull) return b;
  if (int x = time_rank(a), y = time_rank(b); x >= 0 && y >= 0) return x >= y ? a : b;
  if (a.ends_with("[]") && b.ends_with("[]")) {
    return wider_type(a.substr(0, a.size() - 2), b.substr(0, b.size() - 2)) + "[]";
  }
  if (auto x = inside(a, "STRUCT("), y = inside(b, "STRUCT("); x && y) return wider_struct(*x, *y);
  if (auto x = inside(a, "MAP("), y = inside(b, "MAP("); x && y) {
    auto left = split_fields(*x), right = split_fields(*y);
    if (left.size() == 2 && right.size() == 2) {
      return fmt::format("MAP({}, {})", wider_type(left[0], right[0]),
                         wider_type(left[1], right[1]));
    }
  }
  return wider_number(a, b);
}

void merge_shape(Shape& into, const Shape& more) {
  for (const auto& column : more) {
    auto same = [&](const FileColumn& known) { return equal_names(known.name, column.name); };
    auto found = std::ranges::find_if(into, same);
    if (found == into.end()) {
      into.push_back(column);
    } else {
      found->type = wider_type(found->type, column.type);
    }
  }
}

bool equal_names(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace lake
