// What the page wants written, while `hriste watch` runs: asked of the daemon, shown in the
// terminal, written. The watch then applies it as any other edit.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "client/draft_files.h"
#include "client/session.h"

namespace app {

/// Asks from construction to destruction, on a thread of its own. A daemon that is stopped stays
/// so.
class PageDrafts {
 public:
  PageDrafts(std::string data_dir, std::string folder);
  ~PageDrafts();
  PageDrafts(const PageDrafts&) = delete;
  PageDrafts& operator=(const PageDrafts&) = delete;

  /// For the page: what the watch does ("waiting", "applying"), and of the last apply what is
  /// printed here. Best effort.
  void tell(const std::string& state);
  void applied(const std::string& said, bool succeeded);

 private:
  void run(const std::stop_token& stop);
  /// False: no daemon answers now.
  bool take_next(const std::stop_token& stop);
  nlohmann::json written(const nlohmann::json& draft);
  std::shared_ptr<client::Session> session();
  nlohmann::json state();

  const std::string data_dir_, folder_;
  client::DraftFiles files_;  // of the thread
  base::Mutex mutex_;
  std::shared_ptr<client::Session> session_ GUARDED_BY(mutex_);
  nlohmann::json told_ GUARDED_BY(mutex_);
  std::jthread thread_;  // the last: it ends first
};

}  // namespace app
