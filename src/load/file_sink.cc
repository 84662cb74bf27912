#include "load/file_sink.h"

#include <charconv>
#include <filesystem>

namespace load {

using base::Code;
using base::Env;
using base::error;
using base::Result;
using base::Status;

namespace {

/// How much is made again at most after kill -9.
constexpr std::int64_t kSaveEvery = 64 << 20;
constexpr std::string_view kFirstLine = "hriste load 1\n";

std::string beside(const std::string& path, bool hidden, std::string_view suffix) {
  std::filesystem::path p(path);
  std::string name = (hidden ? "." : "") + p.filename().string() + std::string(suffix);
  return (p.parent_path() / name).string();
}

Result<std::int64_t> file_size(Env& env, const std::string& path) {
  auto file = TRY(env.open(path, Env::Open::kRead));
  return static_cast<std::int64_t>(TRY(file->size()));
}

}  // namespace

FileSink::FileSink(Env& env, Options options)
    : env_(env),
      options_(std::move(options)),
      part_(beside(options_.path, options_.hidden, ".part")),
      state_path_(beside(options_.path, options_.hidden, ".part-state")) {
  CHECK(options_.form == Form::kJsonLines || options_.form == Form::kCsv);
}

Result<Start> FileSink::open(const world::World& world, const Slice& slice) {
  bool csv = options_.form == Form::kCsv;
  what_ = slice_text(world, slice) + (csv ? " csv\n" : " jsonl\n");
  if (csv) header_ = csv_header(slice.table);
  auto state = read_state();
  if (state && env_.exists(part_)) return take_up(slice, *state);
  if (state && state->complete && env_.exists(options_.path)) {
    // Only the state's removal was missing.
    rows_ = state->rows;
    bytes_ = saved_bytes_ = state->bytes;
    Slice rest = slice;
    rest.begin = rest.end;
    return Start{rest, rows_, bytes_};
  }
  if (!options_.overwrite) {
    if (env_.exists(options_.path)) {
      return error(Code::kAlreadyExists, "{} is there already; --overwrite replaces it",
                   options_.path);
    }
    if (!state && (env_.exists(part_) || env_.exists(state_path_))) {
      return error(Code::kFailedPrecondition,
                   "{} holds the beginning of other rows ({}); repeat that command to complete "
                   "them, or give --overwrite to replace them",
                   part_, state.error().message);
    }
  }
  return begin(slice);
}

Result<Start> FileSink::begin(const Slice& slice) {
  std::filesystem::path folder = std::filesystem::path(part_).parent_path();
  if (!folder.empty()) TRY(env_.make_dirs(folder.string()));
  position_ = slice.begin;
  rows_ = bytes_ = 0;
  TRY(env_.remove_file(part_));
  TRY(save(false));
  file_ = TRY(env_.open(part_, Env::Open::kTruncate));
  return Start{slice, 0, 0};
}

Result<Start> FileSink::take_up(const Slice& slice, const State& state) {
  if (TRY(file_size(env_, part_)) < state.bytes) return begin(slice);
  file_ = TRY(env_.open(part_, Env::Open::kAppend));
  TRY(file_->truncate(static_cast<std::uint64_t>(state.bytes)));
  position_ = state.position;
  rows_ = state.rows;
  bytes_ = saved_bytes_ = state.bytes;
  if (rows_ == 0) return Start{slice, 0, bytes_};
  return Start{{slice.table, position_, slice.end, 0,
                slice.limit == kAllRows ? kAllRows : slice.limit - rows_},
               rows_,
               bytes_};
}

Status FileSink::write(Chunk& chunk) {
  if (bytes_ == 0 && !header_.empty()) chunk.text.insert(0, header_);
  TRY(file_->append(chunk.text));
  position_ = chunk.end;
  rows_ += chunk.rows;
  bytes_ += static_cast<std::int64_t>(chunk.text.size());
  return bytes_ - saved_bytes_ < kSaveEvery ? Status{} : save(false);
}

Status FileSink::close() {
  if (file_ != nullptr) {
    if (bytes_ == 0 && !header_.empty()) {
      TRY(file_->append(header_));
      bytes_ = std::ssize(header_);
    }
    TRY(file_->close());
    TRY(save(true));
    TRY(env_.rename(part_, options_.path));
  }
  return env_.remove_file(state_path_);
}

void FileSink::abandon() {
  if (file_ == nullptr) return;
  // A torn chunk is cut off at once, which gives a full disk the room that the state needs. Where
  // either fails, an older state holds.
  (void)file_->truncate(static_cast<std::uint64_t>(bytes_));
  (void)file_->close();
  (void)save(false);
}

/// Errors: kNotFound; kFailedPrecondition when it is another load's: the message says which.
Result<FileSink::State> FileSink::read_state() const {
  std::string text = TRY(env_.read_file(state_path_));
  std::string_view rest = text;
  bool ours = rest.starts_with(kFirstLine);
  if (ours) rest.remove_prefix(kFirstLine.size());
  if (!ours || !rest.starts_with(what_)) {
    return error(Code::kFailedPrecondition, "{}", rest.substr(0, rest.find('\n')));
  }
  rest.remove_prefix(what_.size());
  State state;
  for (std::int64_t* value : {&state.position, &state.rows, &state.bytes}) {
    auto [end, ec] = std::from_chars(rest.data(), rest.data() + rest.size(), *value);
    if (ec != std::errc{}) return error(Code::kFailedPrecondition, "{} is damaged", state_path_);
    rest.remove_prefix(std::min(rest.size(), static_cast<std::size_t>(end - rest.data()) + 1));
  }
  state.complete = rest.starts_with("complete");
  return state;
}

Status FileSink::save(bool complete) {
  saved_bytes_ = bytes_;
  return env_.write_file(state_path_, fmt::format("{}{}{} {} {} {}\n", kFirstLine, what_, position_,
                                                  rows_, bytes_, complete ? "complete" : "begun"));
}

}  // namespace load
