#include "app/engine/progress_bar.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace app {
namespace {

constexpr timespec kBetween{.tv_sec = 0, .tv_nsec = 100'000'000};
constexpr int kWidth = 24;
constexpr int kWakeUp = SIGUSR1;

sigset_t watched_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM, kWakeUp}) ::sigaddset(&signals, signal);
  return signals;
}

std::string duration_text(double seconds) {
  auto s = static_cast<std::int64_t>(seconds + 0.5);
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

void put(std::string_view text) { [[maybe_unused]] auto n = ::write(2, text.data(), text.size()); }

}  // namespace

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number), text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) text += ' ';
    text += digits[i];
  }
  return text;
}

std::string byte_text(std::int64_t bytes) {
  double value = static_cast<double>(bytes);
  for (const char* unit : {"bytes", "kB", "MB"}) {
    if (value < 1000) return fmt::format("{:.{}f} {}", value, value == bytes ? 0 : 1, unit);
    value /= 1000;
  }
  return fmt::format("{:.2f} GB", value);
}

void block_signals() {
  sigset_t signals = watched_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

ProgressBar::ProgressBar(bool visible)
    : visible_(visible && ::isatty(2) == 1), thread_([this] { watch(); }) {}

ProgressBar::~ProgressBar() {
  ended_ = true;
  ::pthread_kill(thread_.native_handle(), kWakeUp);
  thread_.join();
}

void ProgressBar::show(std::string what, const load::Progress& progress) {
  std::lock_guard lock(mutex_);
  what_ = std::move(what);
  progress_ = &progress;
  rows_before_ = -1;
  since_ = std::chrono::steady_clock::now();
}

void ProgressBar::hide() {
  std::lock_guard lock(mutex_);
  progress_ = nullptr;
  if (drawn_) put("\r\033[K");
  drawn_ = false;
}

void ProgressBar::watch() {
  sigset_t signals = watched_signals();
  while (!ended_) {
    int signal = ::sigtimedwait(&signals, nullptr, &kBetween);
    if (signal == SIGINT || signal == SIGTERM) {
      if (stop_.stop_requested()) ::_exit(128 + signal);
      stop_.request_stop();
    }
    if (visible_) draw();
  }
}

void ProgressBar::draw() {
  std::lock_guard lock(mutex_);
  if (progress_ == nullptr) return;
  std::int64_t rows = progress_->rows, total = progress_->total;
  if (total <= 0) return;
  if (rows_before_ < 0) rows_before_ = rows;  // what an earlier run has left
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - since_;
  double rate = static_cast<double>(rows - rows_before_) / std::max(took.count(), 1e-3);
  double share = std::clamp(static_cast<double>(rows) / static_cast<double>(total), 0.0, 1.0);
  auto filled = static_cast<std::size_t>(share * kWidth);
  std::string line = fmt::format("\r{} [{}{}] {:3.0f} %  {} rows/s", what_,
                                 std::string(filled, '#'), std::string(kWidth - filled, '.'),
                                 100 * share, grouped(static_cast<std::int64_t>(rate)));
  if (rate > 0 && total > rows) {
    line += "  " + duration_text(static_cast<double>(total - rows) / rate) + " left";
  }
  put(line + "\033[K");
  drawn_ = true;
}

}  // namespace app
