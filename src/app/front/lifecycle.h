// A playground's beginning and end, for whoever has only the binary: `hriste up`, `down`, `new DIR`
// and `provider install`. In a clone script/up and script/down do the same after building.
// Exit statuses as in verbs.h.
#pragma once

#include <string>
#include <vector>

#include "client/playground.h"

namespace app {

struct UpOptions {
  std::string folder;                  ///< empty: here or above, else ./hriste-playground is made
  bool small = false;                  ///< a world of a thousand users and an hour
  bool offline_ready = false;          ///< also fetches what Python notebooks need
  std::vector<std::string> variables;  ///< "name=value"
  std::vector<std::string> for_tofu;   ///< other arguments, as they came
};

/// Applies, keeps the variables for the next time, prints the grade and the page's address. The
/// grade's exit status.
int up_verb(const UpOptions& options);

/// Destroys what `up` made, also what the state doesn't know, and prints the receipt.
int down_verb(const std::string& folder, const std::vector<std::string>& for_tofu);

/// Copies the shipped playground into `folder`, which has to be absent or empty.
int new_verb(const std::string& folder);

/// Applies each change of the playground's files here or above when it is saved, and prints which
/// checks of the grade have another verdict then. Ends by a signal.
int watch_verb(client::Playground& playground);

/// Puts the provider where OpenTofu and Terraform look for one in any folder, or takes it away.
int provider_install_verb(bool remove);

/// Terraform's spelling of options, `-var a=b`, as ours: `--var a=b`; of `up` and `down` only.
void put_double_dashes(int argc, char** argv, std::vector<std::string>& kept);

}  // namespace app
