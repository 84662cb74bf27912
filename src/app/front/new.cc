// hriste new, hriste provider install.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "app/front/lifecycle.h"
#include "app/front/playground_root.h"
#include "app/front/tofu.h"
#include "app/front/verbs.h"
#include "base/env.h"

namespace app {
namespace {

namespace fs = std::filesystem;

/// Where both programs look when no configuration file names other places.
base::Result<std::string> users_plugins() {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0')
    return base::error(base::Code::kFailedPrecondition, "HOME is not set");
  return std::string(home) + "/.terraform.d/plugins";
}

/// A configuration file that names its own places for providers; empty: none does.
std::string other_installation() {
  const char* named = std::getenv("TF_CLI_CONFIG_FILE");
  const std::string home = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "";
  for (const std::string& path :
       {std::string(named != nullptr ? named : ""), home + "/.tofurc", home + "/.terraformrc"}) {
    auto text = path.empty() ? "" : base::Env::real().read_file(path).value_or("");
    if (text.find("provider_installation") != std::string::npos) return path;
  }
  return "";
}

/// Folders that are empty now, from `folder` up to `last` and not above.
void remove_empty(fs::path folder, const fs::path& last) {
  std::error_code wrong;
  while (fs::is_empty(folder, wrong) && !wrong) {
    fs::remove(folder, wrong);
    if (folder == last) return;
    folder = folder.parent_path();
  }
}

int remove_provider(const std::string& plugins) {
  const fs::path folder = provider_folder(plugins), link = folder / provider_name();
  std::error_code wrong;
  const bool is_there = fs::exists(fs::symlink_status(link, wrong));
  if (auto done = base::Env::real().remove_file(link.string()); !done) return fail(done.error());
  remove_empty(folder, fs::path(plugins));
  fmt::print("{} {}\n", is_there ? "removed" : "nothing is at", link.string());
  return 0;
}

}  // namespace

int new_verb(const std::string& folder) {
  const auto path = fs::absolute(folder).lexically_normal().string();
  if (auto made = make_playground(path); !made) return fail(made.error());
  fmt::print(R"txt(made {0}
  local       the Terraform project that makes everything
  sql, ml     a file makes a table; streams: streaming SQL; dashboards, notebooks
  minimal     another project: a hub, a stream job, a table
next: hriste up {0}     or, smaller: hriste up --small {0}
)txt",
             folder);
  return 0;
}

int provider_install_verb(bool remove) {
  auto plugins = users_plugins();
  if (!plugins) return fail(plugins.error());
  if (remove) return remove_provider(*plugins);
  auto link = link_provider(*plugins);
  if (!link) return fail(link.error());
  fmt::print(R"txt(made the link {}
  to {}/hriste: it has to stay there (again after a move: hriste provider install)
`tofu init` and `terraform init` find it in any folder, without a network, by

  terraform {{
    required_providers {{
      hriste = {{ source = "hriste.local/hriste/hriste" }}
    }}
  }}
)txt",
             *link, own_folder());
  if (auto path = other_installation(); !path.empty()) {
    fmt::print(R"txt(
{} names its own places for providers (provider_installation); add to them

  filesystem_mirror {{
    path    = "{}"
    include = ["hriste.local/*/*"]
  }}
)txt",
               path, *plugins);
  }
  return 0;
}

}  // namespace app
