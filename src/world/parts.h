// What a World is made of. Inside the room only. Immutable, shared.
#pragma once

#include "world/sales.h"
#include "world/traffic.h"

namespace world {

struct Parts {
  explicit Parts(const Settings& s)
      : settings(s),
        lists(Lists::load(s.locale)),
        activity(s.seed, s.users, s.vip_users),
        people(s, lists, activity),
        goods(s, lists),
        sales(s, lists, activity, people, goods),
        traffic(s, lists, activity, goods) {}

  Settings settings;
  std::shared_ptr<const Lists> lists;
  Activity activity;
  People people;
  Goods goods;
  Sales sales;
  Traffic traffic;
};

}  // namespace world
