// The hubs of a namespace by name. Inside the room only. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "hub/hub.h"

namespace hub {

class Directory {
 public:
  std::shared_ptr<Hub> find(std::string_view name) const {
    std::lock_guard lock(mutex_);
    auto it = hubs_.find(name);
    return it == hubs_.end() ? nullptr : it->second;
  }
  std::vector<std::shared_ptr<Hub>> all() const {
    std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Hub>> hubs;
    for (const auto& [name, hub] : hubs_) hubs.push_back(hub);
    return hubs;
  }
  void add(std::shared_ptr<Hub> hub) {
    std::lock_guard lock(mutex_);
    hubs_[hub->name()] = std::move(hub);
  }
  std::shared_ptr<Hub> remove(std::string_view name) {
    std::lock_guard lock(mutex_);
    auto it = hubs_.find(name);
    if (it == hubs_.end()) return nullptr;
    auto hub = std::move(it->second);
    hubs_.erase(it);
    return hub;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Hub>, std::less<>> hubs_;
};

}  // namespace hub
