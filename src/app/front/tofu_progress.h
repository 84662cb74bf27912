// What OpenTofu says in its machine-readable form, as one screen: resources as they are done,
// warnings, errors last.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace app {

/// One diagnostic: its severity, summary, place and details, as indented lines.
std::string diagnostic_text(const nlohmann::json& diagnostic);

class TofuProgress {
 public:
  /// A line of `-json`; what isn't JSON is an error's text. Prints to standard error.
  void take(const std::string& line);
  /// Prints the errors.
  void finish();

 private:
  void done(const nlohmann::json& hook, const std::string& what) const;
  void take_diagnostic(const nlohmann::json& diagnostic);
  void take_summary(const nlohmann::json& changes) const;

  std::vector<std::string> errors_;
};

}  // namespace app
