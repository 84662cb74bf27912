// Texts on their way from the page to `hriste watch`, which alone writes files, in its user's
// terminal: what the daemon executes is never written by the daemon. A draft is in memory only, and
// only while whoever saves it waits for the watch's answer.
//
// A watch asks for the next draft over and over (a long poll) and says what becomes of each, and
// what it does. Thread: thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"

namespace api {

using json = nlohmann::json;

struct Draft {
  std::string node;  ///< of the map, "gold.engagements"
  std::string file;  ///< its name where the definition says one; for words, and to tell files apart
  std::string before;  ///< the text that is applied
  std::string text;    ///< what the page wants there
};

class Drafts {
 public:
  /// `answer_within`: how long a watch may take for a draft that it was given.
  explicit Drafts(std::chrono::milliseconds answer_within = std::chrono::seconds(10))
      : answer_within_(answer_within) {}

  /// Waits for the watch's answer: {"file","added","removed"} of what it wrote. Errors: what the
  /// watch refused it for; kFailedPrecondition: none runs; kUnavailable: it doesn't answer;
  /// kCancelled.
  base::Result<json> save(Draft draft, const std::stop_token& stop);

  /// For a watch: {"id","node","file","before","text"} of the oldest draft that none has, or null
  /// after `wait`.
  json next(std::chrono::milliseconds wait, const std::stop_token& stop);
  /// What a watch made of a draft; of one that nobody waits for any more: nothing.
  void answer(std::int64_t id, base::Result<json> outcome);
  /// What a watch does: {"state","applies","said"}, shown as it is.
  void tell(json state);

  /// {"running": whether a watch asks for drafts, "watch": what it told last, or null}.
  json state() const;

 private:
  struct Waiting {
    std::int64_t id;
    Draft draft;
    bool given = false;
    std::optional<base::Result<json>> outcome;
  };
  bool is_watched_locked() const;

  const std::chrono::milliseconds answer_within_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  std::list<Waiting> waiting_;
  std::int64_t last_id_ = 0;
  int asking_ = 0;  ///< watches that wait for a draft now
  std::optional<std::chrono::steady_clock::time_point> asked_;  ///< when the last one did
  json told_;
};

}  // namespace api
