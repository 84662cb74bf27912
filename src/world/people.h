// Users: who they are (facts, texts) and their JSON lines. Inside the room only. Immutable,
// thread-safe.
#pragma once

#include <memory>
#include <string>

#include "world/activity.h"
#include "world/births.h"
#include "world/lists.h"
#include "world/world.h"

namespace world {

class People {
 public:
  People(const Settings& settings, std::shared_ptr<const Lists> lists, const Activity& activity);

  UserFacts facts(std::int64_t id) const;
  User user(std::int64_t id) const;
  /// What stands in `phone_number` of a user whose phone isn't missing.
  std::string true_phone(std::int64_t id) const;
  void jsonl(std::int64_t first, std::int64_t last, std::string& out) const;

 private:
  struct Texts;
  /// Those that users.json needs: all but `vip`.
  UserFacts file_facts(std::int64_t id) const;
  Texts texts(const UserFacts& facts) const;
  char* put_line(char* p, std::int64_t id) const;

  std::shared_ptr<const Lists> lists_;
  const Activity& activity_;
  base::CounterRandom random_;
  base::Permutation user_names_;
  Births births_;
  std::uint64_t damaged_share_;  ///< of 2^32
  std::size_t line_max_;
};

}  // namespace world
