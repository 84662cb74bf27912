// Running things by name: hubs' loads, jobs, databases, worlds. Thread: thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace control {

template <typename T>
class Registry {
 public:
  /// nullptr when there is none.
  std::shared_ptr<T> get(const std::string& name) const {
    base::MutexLock lock(mutex_);
    auto it = items_.find(name);
    return it == items_.end() ? nullptr : it->second;
  }
  void put(const std::string& name, std::shared_ptr<T> item) {
    std::shared_ptr<T> old;  // destroyed outside the lock
    base::MutexLock lock(mutex_);
    old = std::exchange(items_[name], std::move(item));
  }
  std::shared_ptr<T> take(const std::string& name) {
    base::MutexLock lock(mutex_);
    auto node = items_.extract(name);
    return node ? std::move(node.mapped()) : nullptr;
  }
  std::vector<std::pair<std::string, std::shared_ptr<T>>> all() const {
    base::MutexLock lock(mutex_);
    return {items_.begin(), items_.end()};
  }

 private:
  mutable base::Mutex mutex_;
  std::map<std::string, std::shared_ptr<T>> items_ GUARDED_BY(mutex_);
};

}  // namespace control
