#include "base/guarded.h"

#include <mutex>
#include <new>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/log.h"

namespace base {

namespace {

/// nlohmann's exceptions say so; this room doesn't know the library.
bool is_about_json(std::string_view what) { return what.starts_with("[json.exception"); }

}  // namespace

Error error_of_exception() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return {Code::kResourceExhausted, "out of memory"};
  } catch (const std::exception& e) {
    std::string_view what = e.what();
    return {is_about_json(what) ? Code::kDataLoss : Code::kInternal, std::string(what)};
  } catch (...) {
    return {Code::kInternal, "an exception of an unknown type"};
  }
}

Result<std::jthread> guarded_thread(std::string name, ThreadWork work, OnFailure on_failure) {
  auto body = [name, work = std::move(work),
               on_failure = std::move(on_failure)](std::stop_token stop) {
    Status status = guarded([&] { return work(std::move(stop)); });
    if (status) return;
    (void)guarded([&] {
      log_error("base", "thread_failed", "thread={} error={}", name, status.error().message);
    });
    if (on_failure) (void)guarded([&] { on_failure(status.error()); });
  };
  try {
    return std::jthread(std::move(body));
  } catch (const std::system_error& e) {
    return error(Code::kResourceExhausted, "no thread for {}: {}", name, e.what());
  }
}

Status guarded_team(int count, const std::function<Status(int)>& work) {
  std::mutex mutex;
  Status first;
  auto run = [&](int i) {
    Status status = guarded([&] { return work(i); });
    std::lock_guard lock(mutex);
    if (!status && first) first = std::move(status);
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < count; ++i) {
      bool started = guarded([&] { others.emplace_back(run, i); }).has_value();
      if (!started) run(i);
    }
    run(0);
  }
  return first;
}

}  // namespace base
