// Why resources don't work, as long as the daemon runs: one that could not be taken up at the start
// is failed, and the others go on. Thread-safe.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "base/result.h"

namespace control {

class Failures {
 public:
  /// `absent`: nothing of it is there any more.
  void note(const std::string& kind, const std::string& name, std::string why,
            bool absent = false) {
    base::MutexLock lock(mutex_);
    why_[{kind, name}] = std::move(why);
    if (absent) {
      absent_.insert({kind, name});
    } else {
      absent_.erase({kind, name});
    }
  }
  bool is_absent(const std::string& kind, const std::string& name) const {
    base::MutexLock lock(mutex_);
    return absent_.contains({kind, name});
  }
  void forget(const std::string& kind, const std::string& name) {
    base::MutexLock lock(mutex_);
    why_.erase({kind, name});
    absent_.erase({kind, name});
  }
  /// Empty: nothing is known against it.
  std::string why(const std::string& kind, const std::string& name) const {
    base::MutexLock lock(mutex_);
    auto found = why_.find({kind, name});
    return found == why_.end() ? std::string() : found->second;
  }
  /// Why the resource can't be used: it is failed, or there is none. `noun`: as it is called in
  /// sentences, "event hub".
  base::Error unusable(const std::string& kind, const char* noun, const std::string& name) const {
    std::string why = this->why(kind, name);
    if (why.empty()) {
      return {base::Code::kFailedPrecondition, fmt::format("{} \"{}\" does not exist", noun, name)};
    }
    return {base::Code::kFailedPrecondition,
            fmt::format("{} \"{}\" is failed: {}", noun, name, why)};
  }
  /// "kind name: why" of one; empty when there is none.
  std::string first() const {
    base::MutexLock lock(mutex_);
    if (why_.empty()) return {};
    const auto& [who, why] = *why_.begin();
    return who.first + " " + who.second + ": " + why;
  }

 private:
  mutable base::Mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> why_
      GUARDED_BY(mutex_);  // by kind and name
  std::set<std::pair<std::string, std::string>> absent_ GUARDED_BY(mutex_);
};

}  // namespace control
