#include "app/front/kept_variables.h"

#include <cstdlib>
#include <filesystem>

#include "base/env.h"
#include "client/start.h"

namespace app {
namespace {

using json = nlohmann::json;

constexpr const char* kSpaces = " \t\r\n";

std::string trimmed(const std::string& text) {
  const auto from = text.find_first_not_of(kSpaces);
  if (from == std::string::npos) return "";
  return text.substr(from, text.find_last_not_of(kSpaces) - from + 1);
}

std::string workspace_of(const std::string& local) {
  if (const char* named = std::getenv("TF_WORKSPACE"); named != nullptr && *named != '\0')
    return named;
  return trimmed(base::Env::real().read_file(local + "/.terraform/environment").value_or(""));
}

}  // namespace

const std::vector<std::string>& small_variables() {
  static const std::vector<std::string> pairs = {"users=1000", "products=100", "orders=1000",
                                                 "traffic_hours=1"};
  return pairs;
}

KeptVariables::KeptVariables(const std::string& local) : path_(local + "/up.auto.tfvars.json") {
  auto text = base::Env::real().read_file(path_);
  if (!text) return;
  auto read = json::parse(*text, nullptr, false);
  if (read.is_object()) kept_ = std::move(read);
}

base::Result<json> KeptVariables::with(const std::vector<std::string>& pairs) const {
  json all = kept_;
  for (const auto& pair : pairs) {
    const auto equals = pair.find('=');
    const auto name = trimmed(pair.substr(0, equals));
    if (equals == std::string::npos || name.empty())
      return base::error(base::Code::kInvalidArgument, "-var {}: expected name=value", pair);
    const auto text = pair.substr(equals + 1);
    auto value = json::parse(text, nullptr, false);
    all[name] = value.is_discarded() ? json(text) : std::move(value);
  }
  return all;
}

base::Status KeptVariables::keep(const json& variables) const {
  if (variables.empty()) return {};
  return base::Env::real().write_file(path_, variables.dump(2) + "\n");
}

json KeptVariables::only_data_dir(const json& variables) const {
  json all = kept_;
  if (variables.contains("data_dir")) all["data_dir"] = variables["data_dir"];
  return all;
}

base::Status KeptVariables::forget() const { return base::Env::real().remove_file(path_); }

std::string data_dir_of(const std::string& local, const json& variables) {
  namespace fs = std::filesystem;
  const auto given = variables.find("data_dir");
  if (given != variables.end() && given->is_string() && !given->get<std::string>().empty())
    return client::folder_path((fs::path(local) / given->get<std::string>()).string());
  const auto workspace = workspace_of(local);
  // As playground/local/providers.tf says.
  const bool is_default = workspace.empty() || workspace == "default";
  return client::folder_path(local + (is_default ? "/.hriste" : "/.hriste-" + workspace));
}

}  // namespace app
