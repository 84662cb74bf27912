// One request at a time for a name: a second one for the same name waits. Thread: thread-safe.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace control {

class BusyNames {
 public:
  /// Waits for `name` to be free, then holds it.
  class Hold {
   public:
    Hold(BusyNames& names, std::string name) : names_(names), name_(std::move(name)) {
      std::unique_lock lock(names_.mutex_);
      names_.changed_.wait(lock, [&] { return !names_.held_.contains(name_); });
      names_.held_.insert(name_);
    }
    ~Hold() {
      std::lock_guard lock(names_.mutex_);
      names_.held_.erase(name_);
      names_.changed_.notify_all();
    }
    /// nullptr when somebody else holds it.
    static std::unique_ptr<Hold> if_free(BusyNames& names, std::string name) {
      std::lock_guard lock(names.mutex_);
      if (!names.held_.insert(name).second) return nullptr;
      return std::unique_ptr<Hold>(new Hold(AlreadyHeld(), names, std::move(name)));
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    struct AlreadyHeld {};
    Hold(AlreadyHeld, BusyNames& names, std::string name) : names_(names), name_(std::move(name)) {}
    BusyNames& names_;
    std::string name_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> held_;
};

}  // namespace control
