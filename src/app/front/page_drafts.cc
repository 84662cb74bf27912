#include "app/front/page_drafts.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "app/front/verbs.h"
#include "base/guarded.h"
#include "cli/line_difference.h"
#include "cli/listing.h"

namespace app {

using client::DraftFiles;

namespace {

constexpr auto kAskAgainAfter = std::chrono::milliseconds(500);
constexpr int kLinesShown = 40;

json refusal(const json& draft, const std::string& why) {
  fmt::print("── the page wants to change {}: refused: {}\n",
             cli::printable(draft.value("node", "")), why);
  return {{"refused", why}};
}

}  // namespace

PageDrafts::PageDrafts(std::string data_dir, std::string folder)
    : data_dir_(std::move(data_dir)),
      folder_(folder),
      files_(std::move(folder)),
      told_{{"state", "waiting"}, {"applies", 0}, {"said", ""}, {"succeeded", true}},
      thread_([this](const std::stop_token& stop) {
        if (auto done = base::guarded([&] { run(stop); }); !done) print_error(done.error());
      }) {}

PageDrafts::~PageDrafts() {
  thread_.request_stop();
  base::MutexLock lock(mutex_);
  if (session_) session_->cancel();
}

void PageDrafts::tell(const std::string& state) {
  {
    base::MutexLock lock(mutex_);
    told_["state"] = state;
  }
  if (auto found = session()) (void)found->request("POST", "/v1/watch", this->state());
}

void PageDrafts::applied(const std::string& said, bool succeeded) {
  {
    base::MutexLock lock(mutex_);
    told_["applies"] = told_.value("applies", 0) + 1;
    told_["said"] = said;
    told_["succeeded"] = succeeded;
  }
  tell("waiting");
}

json PageDrafts::state() {
  base::MutexLock lock(mutex_);
  return told_;
}

/// The daemon that answered last, or one that is there now; null: none.
std::shared_ptr<client::Session> PageDrafts::session() {
  base::MutexLock lock(mutex_);
  if (!session_) {
    if (auto found = client::Session::connect(data_dir_)) session_ = *found;
  }
  return session_;
}

void PageDrafts::run(const std::stop_token& stop) {
  tell("waiting");
  while (!stop.stop_requested()) {
    if (!take_next(stop)) std::this_thread::sleep_for(kAskAgainAfter);
  }
}

bool PageDrafts::take_next(const std::stop_token& stop) {
  auto daemon = session();
  if (!daemon) return false;
  auto draft = daemon->request("POST", "/v1/watch/next", json::object());
  if (stop.stop_requested()) return true;
  if (!draft) {
    // Another one may have taken its place, and knows nothing of this watch.
    {
      base::MutexLock lock(mutex_);
      session_ = nullptr;
    }
    if (session()) tell(state().value("state", "waiting"));
    return false;
  }
  if (!draft->is_object()) return true;
  json answer = written(*draft);
  answer["id"] = draft->value("id", 0);
  (void)daemon->request("POST", "/v1/watch/answer", answer);
  std::fflush(stdout);
  return true;
}

/// Of a draft: what became of it, {"wrote":{…}} or {"refused": why}.
json PageDrafts::written(const json& draft) {
  const DraftFiles::Draft wanted{.file = draft.value("file", ""),
                                 .before = draft.value("before", ""),
                                 .text = draft.value("text", "")};
  auto name = files_.find(wanted);
  if (!name) return refusal(draft, name.error().message);
  const auto lines = cli::line_difference(wanted.before, wanted.text);
  const auto added = std::ranges::count(lines, '+', &cli::DifferentLine::sign);
  const auto removed = std::ssize(lines) - added;
  // In one piece: the watch may print an apply's progress meanwhile.
  fmt::print("── the page writes {}: +{} −{}\n{}", *name, added, removed,
             cli::difference_text(lines, kLinesShown));
  std::fflush(stdout);
  if (auto done = files_.write(*name, wanted); !done) return refusal(draft, done.error().message);
  return {{"wrote", {{"file", *name}, {"added", added}, {"removed", removed}}}};
}

}  // namespace app
