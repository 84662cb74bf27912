// One request at a time for a name. Thread-safe.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "base/mutex.h"

namespace runs {

class BusyNames {
 public:
  class Hold {
   public:
    ~Hold() {
      base::MutexLock lock(names_.mutex_);
      names_.held_.erase(name_);
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    friend BusyNames;
    Hold(BusyNames& names, std::string name) : names_(names), name_(std::move(name)) {}
    BusyNames& names_;
    const std::string name_;
  };

  /// nullptr when somebody else holds it.
  std::unique_ptr<Hold> hold(const std::string& name) {
    base::MutexLock lock(mutex_);
    if (!held_.insert(name).second) return nullptr;
    return std::unique_ptr<Hold>(new Hold(*this, name));
  }

 private:
  base::Mutex mutex_;
  std::set<std::string> held_ GUARDED_BY(mutex_);
};

}  // namespace runs
