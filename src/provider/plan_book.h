// What one provider process has planned. Terraform plans one resource at a time and asks the
// provider alone, but one process plans a whole configuration: what two resources may not have both
// is found here, before anything is made.
//
// Compared are planned values only: what a resource gives up in a plan another may take.
// Thread: thread-safe. Read first: tests/plan_book_test.cc.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "kinds/kinds.h"

namespace provider {

class PlanBook {
 public:
  /// `planned`: plain attributes. `is_creation`: there is no prior state. Returns what another
  /// resource of this plan has already: its name, or what it writes.
  kinds::Problems note(const kinds::Kind& kind, const kinds::json& planned, bool is_creation);

  /// Whether this process has not yet made a resource of that name; notes that it does so now.
  bool may_make(const kinds::Kind& kind, const std::string& name);

 private:
  using Key = std::pair<std::string, std::string>;  // kind and name

  std::mutex mutex_;                          // guards what follows
  std::map<std::string, std::string> tiers_;  // of lakes, by name
  std::map<Key, kinds::Claims> claims_;
  std::set<Key> to_make_, made_;
};

/// Two resources of one kind with one name, in words.
std::string same_name_text(const kinds::Kind& kind, const std::string& name);

}  // namespace provider
