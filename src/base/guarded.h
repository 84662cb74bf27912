// The one way into a thread, a request or a part that may be damaged: what it throws becomes an
// error of that part alone, where it would end the process.
//
// Errors of ours are values; what is thrown comes from the standard library (no memory, no thread)
// and from JSON of another shape than expected, that is: from a damaged file.
#pragma once

#include <exception>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>

#include "base/result.h"

namespace base {

/// Of an exception that is being handled. kResourceExhausted when memory ran out, else kDataLoss
/// for JSON of another shape and kInternal for the rest.
Error error_of_exception();

/// What `work` returns (a Status, a Result, or nothing), or what it threw as an error.
template <typename Work>
auto guarded(Work&& work) {
  using Returned = std::invoke_result_t<Work>;
  using Answer = std::conditional_t<std::is_void_v<Returned>, Status, Returned>;
  try {
    if constexpr (std::is_void_v<Returned>) {
      std::forward<Work>(work)();
      return Answer();
    } else {
      return Answer(std::forward<Work>(work)());
    }
  } catch (...) {
    return Answer(std::unexpected(error_of_exception()));
  }
}

using ThreadWork = std::function<Status(std::stop_token)>;
/// Called on the thread that failed, as its last act. It may not throw.
using OnFailure = std::function<void(const Error&)>;

/// A thread whose failure is logged under `name` and told to `on_failure`. Errors: as guarded();
/// kResourceExhausted when no thread can be had: then nothing runs.
Result<std::jthread> guarded_thread(std::string name, ThreadWork work, OnFailure on_failure = {});

/// Runs `work(i)` for i = 0 … count−1, each on a thread of its own but for 0, which is the caller's
/// (as are those that no thread can be had for). Returns when all have ended: the first failure.
Status guarded_team(int count, const std::function<Status(int)>& work);

}  // namespace base
