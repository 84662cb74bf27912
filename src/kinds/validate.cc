// Checking values against their declarations.
#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "base/env.h"
#include "kinds/declare_internal.h"
#include "streamsql/suggest.h"

namespace kinds {
namespace {

std::string_view shape_text(Shape shape) {
  switch (shape) {
    case Shape::kString:
      return "a string";
    case Shape::kInteger:
      return "a whole number";
    case Shape::kNumber:
      return "a number";
    case Shape::kBool:
      return "true or false";
    case Shape::kStringList:
      return "a list of strings";
    case Shape::kStringMap:
      return "a map of strings";
    case Shape::kNumberMap:
      return "a map of numbers";
    case Shape::kRows:
      return "a list of maps";
    case Shape::kObject:
      return "an object";
    case Shape::kObjectList:
      return "a list of objects";
    case Shape::kObjectMap:
      return "a map of objects";
  }
  return "a value";
}

/// 24.0, as some write 24.
bool is_whole(const json& value) {
  if (!value.is_number_float()) return false;
  const auto number = value.get<double>();
  return std::trunc(number) == number && std::abs(number) < 0x1p53;
}

bool has_shape(Shape shape, const json& value) {
  switch (shape) {
    case Shape::kString:
      return value.is_string();
    case Shape::kInteger:
      return value.is_number_integer() || is_whole(value);
    case Shape::kNumber:
      return value.is_number();
    case Shape::kBool:
      return value.is_boolean();
    case Shape::kStringList:
    case Shape::kRows:
    case Shape::kObjectList:
      return value.is_array();
    case Shape::kStringMap:
    case Shape::kNumberMap:
    case Shape::kObject:
    case Shape::kObjectMap:
      return value.is_object();
  }
  return false;
}

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Names joined by '/': nothing in it can leave the folder that it is taken below.
base::Status check_path(std::string_view path) {
  while (true) {
    const auto slash = path.find('/');
    TRY(base::check_name(path.substr(0, slash), "path"));
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
  }
}

base::Status check_table(std::string_view table) {
  const auto dot = table.find('.');
  const auto tier = table.substr(0, dot);
  if (dot == std::string_view::npos || (tier != "silver" && tier != "gold"))
    return base::error(base::Code::kInvalidArgument,
                       "\"{}\" names no table to write; give silver.NAME or gold.NAME", table);
  const auto name = table.substr(dot + 1);
  TRY(base::check_name(name, "table"));
  if (name.starts_with('_') || name.find('.') != std::string_view::npos)
    return base::error(base::Code::kInvalidArgument,
                       "\"{}\" can't be asked for as TIER.NAME: a table's name has no dot and "
                       "doesn't begin with _",
                       table);
  return {};
}

base::Status check_form(Form form, std::string_view text, const std::string& what) {
  switch (form) {
    case Form::kAny:
      return {};
    case Form::kNotEmpty:
      if (text.find_first_not_of(" \t\r\n") != std::string_view::npos) return {};
      return base::error(base::Code::kInvalidArgument, "{} is empty; give a text", what);
    case Form::kName:
      return base::check_name(text, what);
    case Form::kPath:
      return check_path(text);
    case Form::kTable:
      return check_table(text);
    case Form::kRef:
      TRY(split_ref(text));
      return {};
    case Form::kMoment:
      if (text == ":window_start" || text == ":window_end") return {};
      [[fallthrough]];
    case Form::kInstant:
      TRY(base::parse_instant(text));
      return {};
  }
  return {};
}

std::string no_attribute(const std::string& key, const std::vector<Attribute>& attributes) {
  std::vector<std::string_view> names;
  for (const auto& attribute : attributes) names.push_back(attribute.name);
  return fmt::format("there is no attribute {}{}", key, streamsql::did_you_mean(key, names));
}

class Validator {
 public:
  void object(const std::vector<Attribute>& attributes, const json& given) {
    for (const auto& [key, value] : given.items()) {
      if (std::ranges::find(attributes, key, &Attribute::name) == attributes.end())
        at(key, [&] { add(no_attribute(key, attributes)); });
    }
    for (const auto& attribute : attributes)
      at(attribute.name, [&] { value(attribute, member(given, attribute.name)); });
  }

  Problems take() { return std::move(problems_); }

 private:
  template <typename Then>
  void at(json step, Then then) {
    path_.push_back(std::move(step));
    then();
    path_.erase(path_.size() - 1);
  }

  void add(std::string message) { problems_.push_back({path_, std::move(message)}); }

  void value(const Attribute& attribute, const json& given) {
    if (is_unknown(given) || attribute.presence == Presence::kComputed) return;
    if (given.is_null()) {
      if (attribute.presence == Presence::kRequired)
        add(fmt::format("{} is missing; it has to be set", attribute.name));
      return;
    }
    if (!has_shape(attribute.shape, given)) {
      return add(fmt::format("{} is {}; give {}", attribute.name, text_of(given),
                             shape_text(attribute.shape)));
    }
    switch (attribute.shape) {
      case Shape::kInteger:
      case Shape::kNumber:
        return number(attribute, given);
      case Shape::kString:
        return text(attribute, given);
      case Shape::kNumberMap:
        no_nulls(given);
        [[fallthrough]];
      case Shape::kObject:
        return object(attribute.nested, given);
      case Shape::kStringList:
      case Shape::kStringMap:
      case Shape::kObjectList:
      case Shape::kObjectMap:
        return elements(attribute, given);
      case Shape::kBool:
      case Shape::kRows:
        return;
    }
  }

  /// A key that is written is planned as it is written, so that it can't mean the default.
  void no_nulls(const json& map) {
    for (const auto& [key, value] : map.items()) {
      if (value.is_null())
        at(key, [&] { add(key + " is null; give a number, or leave it out for its default"); });
    }
  }

  void number(const Attribute& attribute, const json& given) {
    const auto& [min, max, one_of, form, ref_kind] = attribute.checks;
    const auto number = given.get<double>();
    if (min && number < *min)
      add(fmt::format("{} is {}; give at least {}", attribute.name, text_of(given), *min));
    if (max && number > *max)
      add(fmt::format("{} is {}; give at most {}", attribute.name, text_of(given), *max));
  }

  void text(const Attribute& attribute, const json& given) {
    const auto& text = given.get_ref<const std::string&>();
    const auto& choices = attribute.checks.one_of;
    if (!choices.empty() && std::ranges::find(choices, text) == choices.end()) {
      return add(fmt::format("{} is \"{}\"; give one of {}", attribute.name, text,
                             fmt::join(choices, ", ")));
    }
    if (auto status = check_form(attribute.checks.form, text, attribute.name); !status)
      add(status.error().message);
  }

  void elements(const Attribute& attribute, const json& given) {
    for (auto element = given.begin(); element != given.end(); ++element) {
      const json step = given.is_object() ? json(element.key())
                                          : json(static_cast<std::size_t>(element - given.begin()));
      at(step, [&] {
        if (auto status =
                given.is_object() ? base::check_name(element.key(), "the name") : base::Status{};
            !status)
          add(status.error().message);
        this->element(attribute, *element);
      });
    }
  }

  void element(const Attribute& attribute, const json& given) {
    if (is_unknown(given)) return;
    if (attribute.nested.empty()) {
      if (!given.is_string()) return add(fmt::format("{} is not a string", text_of(given)));
      return text(attribute, given);
    }
    if (!given.is_object()) return add(fmt::format("{} is not an object", text_of(given)));
    object(attribute.nested, given);
  }

  json path_ = json::array();
  Problems problems_;
};

}  // namespace

Problems validate(const Kind& kind, const json& attributes) {
  Validator validator;
  if (!attributes.is_object()) return {Problem{json::array(), "the attributes are no object"}};
  validator.object(kind.attributes, attributes);
  auto problems = validator.take();
  if (!problems.empty() || kind.check == nullptr) return problems;
  return kind.check(normalize(kind, attributes));
}

std::string path_text(const json& path) {
  std::string text;
  for (const auto& step : path) {
    if (step.is_string()) {
      if (!text.empty()) text += '.';
      text += step.get_ref<const std::string&>();
    } else {
      text += fmt::format("[{}]", step.dump());
    }
  }
  return text;
}

}  // namespace kinds
