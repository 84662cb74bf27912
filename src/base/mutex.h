// A mutex that the compiler knows: which members it guards and which functions want it held is
// written beside them, and clang refuses what forgets it (script/check-threads; g++ ignores it).
//
//   mutable base::Mutex mutex_;
//   std::map<std::string, Run> runs_ GUARDED_BY(mutex_);
//   void begin_locked() REQUIRES(mutex_);
//   …
//   base::MutexLock lock(mutex_);
//
// Source: clang's "Thread Safety Analysis".
#pragma once

#include <mutex>

#if defined(__clang__)
#define HRISTE_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define HRISTE_THREAD_ATTRIBUTE(x)
#endif

#define CAPABILITY(name) HRISTE_THREAD_ATTRIBUTE(capability(name))
#define SCOPED_CAPABILITY HRISTE_THREAD_ATTRIBUTE(scoped_lockable)
#define GUARDED_BY(mutex) HRISTE_THREAD_ATTRIBUTE(guarded_by(mutex))
#define REQUIRES(...) HRISTE_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define ACQUIRE(...) HRISTE_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define ASSERT_CAPABILITY(x) HRISTE_THREAD_ATTRIBUTE(assert_capability(x))
#define RELEASE(...) HRISTE_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))

namespace base {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }
  /// In a lambda that is called under the lock: the compiler can't see that.
  void assert_held() const ASSERT_CAPABILITY(this) {}

 private:
  std::mutex mutex_;
};

/// Holds it to the end of the scope.
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace base
