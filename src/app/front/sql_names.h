// The names that a SQL prompt offers, asked of the daemon when they are first needed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/front/line_editor.h"
#include "client/playground.h"

namespace app {

class SqlNames {
 public:
  explicit SqlNames(client::Playground& playground) : playground_(playground) {}

  /// For a cursor behind `before`, the last line of a statement that begins with `earlier`: words,
  /// tables, and the columns of the tables that the statement names.
  LineEditor::Offer offer(const std::string& earlier, std::string_view before);
  /// What was asked is forgotten: another statement may find other tables.
  void forget();

 private:
  const std::vector<std::string>& tables();
  const std::vector<std::string>& columns_of(const std::string& table);

  client::Playground& playground_;
  std::optional<std::vector<std::string>> tables_;
  std::map<std::string, std::vector<std::string>> columns_;
};

}  // namespace app
