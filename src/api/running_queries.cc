#include "api/running_queries.h"

namespace api {

RunningQueries::Entry::Entry(RunningQueries& queries, std::string name) : queries_(queries) {
  base::MutexLock lock(queries_.mutex_);
  place_ = queries_.named_.emplace(queries_.named_.end(), std::move(name), std::stop_source());
}

RunningQueries::Entry::~Entry() {
  base::MutexLock lock(queries_.mutex_);
  queries_.named_.erase(place_);
}

bool RunningQueries::cancel(const std::string& name) {
  if (name.empty()) return false;
  std::list<std::stop_source> found;
  {
    base::MutexLock lock(mutex_);
    for (auto& [own, source] : named_) {
      if (own == name) found.push_back(source);
    }
  }
  // Outside the lock: a stop callback may take its time.
  for (auto& source : found) source.request_stop();
  return !found.empty();
}

void RunningQueries::cancel_all() {
  std::list<std::stop_source> all;
  {
    base::MutexLock lock(mutex_);
    for (auto& [name, source] : named_) all.push_back(source);
  }
  for (auto& source : all) source.request_stop();
}

}  // namespace api
