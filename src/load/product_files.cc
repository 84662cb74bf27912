#include "load/product_files.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "base/guarded.h"

namespace load {

using base::Code;
using base::Env;
using base::error;
using base::Status;

namespace {

/// Files that a thread takes at a time.
constexpr std::int64_t kStride = 64;

/// Files are written in order but for the last few of each thread, so those of a broken run are all
/// below the first gap, and what lies behind it is written again.
std::int64_t first_missing(Env& env, const std::string& dir, const Slice& slice) {
  std::int64_t low = slice.begin, high = slice.end;
  while (low < high) {
    std::int64_t middle = low + (high - low) / 2;
    if (env.exists(product_path(dir, middle))) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::vector<std::string> product_names(Env& env, const std::string& dir) {
  std::vector<std::string> names;
  auto entries = env.list(dir);
  if (!entries) return names;  // absent, most likely; otherwise writing says what is wrong
  for (const base::DirEntry& entry : *entries) {
    if (entry.name.starts_with("product_")) names.push_back(entry.name);
  }
  return names;
}

Status write_product(const world::World& world, std::int64_t id, Env& env, const std::string& dir,
                     std::string& text) {
  text.clear();
  world.product_json(id, text);
  auto file = TRY(env.open(product_path(dir, id), Env::Open::kTruncate));
  TRY(file->append(text));
  return file->close();
}

}  // namespace

std::string product_path(const std::string& dir, std::int64_t id) {
  return dir + "/product_" + std::to_string(id) + ".json";
}

Status write_product_files(const world::World& world, const Slice& slice, Env& env,
                           const std::string& dir, int threads, Progress& progress,
                           std::stop_token stop) {
  TRY(env.make_dirs(dir));
  // The search may end behind a gap that `threads` strides can have left, and a file may be cut.
  std::int64_t next = std::max(slice.begin, first_missing(env, dir, slice) - 2 * kStride * threads);
  progress.rows = next - slice.begin;
  progress.rows_before = progress.rows.load();
  progress.total = slice.end - slice.begin;
  std::mutex mutex;  // guards next and status
  Status status;
  auto work = [&] {
    std::string text;
    for (;;) {
      std::int64_t begin, end;
      {
        std::lock_guard lock(mutex);
        if (status && next < slice.end && stop.stop_requested()) {
          status = error(Code::kCancelled, "writing products was stopped; the next load goes on");
        }
        if (!status || next >= slice.end) return;
        begin = next;
        next = end = std::min(begin + kStride, slice.end);
      }
      for (std::int64_t id = begin; id < end; ++id) {
        Status written = write_product(world, id, env, dir, text);
        if (!written) {
          std::lock_guard lock(mutex);
          status = std::move(written);
          return;
        }
        ++progress.rows;
        progress.bytes += std::ssize(text);
      }
    }
  };
  TRY(base::guarded_team(threads, [&](int) -> Status {
    work();
    return {};
  }));
  return status;
}

Status write_product_folder(const world::World& world, const Slice& slice, Env& env,
                            const std::string& dir, bool overwrite, int threads, Progress& progress,
                            std::stop_token stop) {
  std::string state = dir + "/.part-state", what = slice_text(world, slice) + "\n";
  auto begun = env.read_file(state);
  if (!begun || *begun != what) {
    auto names = product_names(env, dir);
    if (!names.empty() && !overwrite) {
      return error(begun ? Code::kFailedPrecondition : Code::kAlreadyExists,
                   "{} holds {} products{} already; --overwrite replaces them", dir, names.size(),
                   begun ? " of another, unfinished command" : "");
    }
    for (const std::string& name : names) TRY(env.remove_file(dir + "/" + name));
    TRY(env.make_dirs(dir));
    TRY(env.write_file(state, what));
  }
  TRY(write_product_files(world, slice, env, dir, threads, progress, std::move(stop)));
  return env.remove_file(state);
}

}  // namespace load
