// Running things by name: hubs' loads, jobs, databases, worlds. Thread: thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace control {

template <typename T>
class Registry {
 public:
  /// nullptr when there is none.
  std::shared_ptr<T> get(const std::string& name) const {
    std::lock_guard lock(mutex_);
    auto it = items_.find(name);
    return it == items_.end() ? nullptr : it->second;
  }
  void put(const std::string& name, std::shared_ptr<T> item) {
    std::shared_ptr<T> old;  // destroyed outside the lock
    std::lock_guard lock(mutex_);
    old = std::exchange(items_[name], std::move(item));
  }
  std::shared_ptr<T> take(const std::string& name) {
    std::lock_guard lock(mutex_);
    auto node = items_.extract(name);
    return node ? std::move(node.mapped()) : nullptr;
  }
  std::vector<std::pair<std::string, std::shared_ptr<T>>> all() const {
    std::lock_guard lock(mutex_);
    return {items_.begin(), items_.end()};
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<T>> items_;
};

}  // namespace control
