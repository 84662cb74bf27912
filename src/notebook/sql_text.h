// SQL as text: statements of a cell, and parameters `:name` in them. A tokenizer, no parser: it
// knows strings, quoted names, comments, dollar quotes and `::`, so that none of these is taken for
// a parameter or the end of a statement. Pure and thread-safe; any input is fine.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notebook {

struct Statement {
  std::string sql;        ///< with the comments before it, without its ';'
  int line = 0;           ///< of its first character, counting from 0 in the text
  int code_line = 0;      ///< of the first one that is no comment
  std::size_t begin = 0;  ///< where it begins in the text
};
/// Those that hold more than comments.
std::vector<Statement> split_statements(std::string_view text);

/// Where the first token that is no comment and no blank begins; text.size() when there is none.
std::size_t begin_of_code(std::string_view text);

struct ParameterUse {
  std::string name;
  int line = 0;  ///< counting from 0 in the text
};
/// Each `:name`, in their order. No use: `a::INT`, `x[1:n]`, `{'k':v}`, `:=`.
std::vector<ParameterUse> parameters_in(std::string_view text);

/// Each `${name}` and `$name`, the older forms, in strings and quoted names too. A notebook that
/// holds one would mean something else here than where it was written.
struct OldParameter {
  std::string text;  ///< as it stands there
  std::string name;
  int line = 0;         ///< counting from 0 in the text
  bool quoted = false;  ///< within a string or a quoted name
};
std::vector<OldParameter> old_parameters_in(std::string_view text);

/// The first `:name.other`: a parameter is a value, and can't be a part of a name.
std::optional<ParameterUse> parameter_in_name(std::string_view text);

using Values = std::map<std::string, std::string>;
/// Every use becomes a string literal; all names have to be in `values`.
std::string with_parameters(std::string_view text, const Values& values);

/// 'O''Hara'.
std::string string_literal(std::string_view value);

/// CREATE WIDGET TEXT|DROPDOWN|COMBOBOX|MULTISELECT name DEFAULT 'value' …: how a notebook declares
/// a parameter on Databricks. nullopt: another statement.
struct Widget {
  std::string name, value;
};
std::optional<Widget> widget_of(std::string_view sql);

/// The texts of the `--` comments, with their lines counting from 0.
struct Comment {
  std::string_view text;  ///< behind the dashes
  int line = 0;
};
std::vector<Comment> line_comments(std::string_view text);

}  // namespace notebook
