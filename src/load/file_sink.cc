#include "load/file_sink.h"

#include <filesystem>

#include "load/block_writer_internal.h"
#include "load/file_state_internal.h"

namespace load {

using base::Code;
using base::Env;
using base::error;
using base::Result;
using base::Status;

namespace {

/// How much is made again at most after kill -9.
constexpr std::int64_t kSaveEvery = 64 << 20;

std::string beside(const std::string& path, bool hidden, std::string_view suffix) {
  std::filesystem::path p(path);
  std::string name = (hidden ? "." : "") + p.filename().string() + std::string(suffix);
  return (p.parent_path() / name).string();
}

std::string_view form_name(Form form) {
  if (form == Form::kExcelCsv) return "excel-cs";
  return form == Form::kCsv ? "csv" : form == Form::kRowGroup ? "parquet" : "jsonl";
}

std::string header_of(Form form, world::Table table) {
  if (is_csv(form)) return csv_header(table, form);
  return form == Form::kRowGroup ? std::string(lake::parquet_begin()) : "";
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
      state_path_(beside(options_.path, options_.hidden, ".part-state")),
      lock_path_(beside(options_.path, options_.hidden, ".part-lock")),
      state_(std::make_unique<FileState>()) {
  CHECK(options_.form == Form::kJsonLines || is_csv(options_.form) ||
        options_.form == Form::kRowGroup);
}

FileSink::~FileSink() {
  if (lock_ != nullptr) (void)env_.remove_file(lock_path_);
}

std::int64_t FileSink::bytes() const { return state_->bytes; }

/// Two commands that write the same file would mix their rows. A playground's own files, hidden
/// ones, have one writer.
Status FileSink::hold() {
  std::filesystem::path folder = std::filesystem::path(part_).parent_path();
  if (!folder.empty()) TRY(env_.make_dirs(folder.string()));
  if (options_.hidden) return {};
  auto lock = env_.lock(lock_path_);
  if (!lock && lock.error().code == Code::kUnavailable) {
    return error(Code::kUnavailable, "{} is being written by another command", options_.path);
  }
  lock_ = TRY(std::move(lock));
  return {};
}

Result<Start> FileSink::open(const world::World& world, const Slice& slice) {
  TRY(hold());
  what_ = fmt::format("{} {}", slice_text(world, slice), form_name(options_.form));
  schema_ = table_schema(slice.table, Form::kBatch);
  header_ = header_of(options_.form, slice.table);
  auto text = env_.read_file(state_path_);
  auto state = text ? parse_state(*text, what_) : std::unexpected(text.error());
  if (state && env_.exists(part_)) return take_up(slice, std::move(*state));
  if (state && state->complete && env_.exists(options_.path)) {
    // Only the state's removal was missing.
    *state_ = std::move(*state);
    return Start{{slice.table, slice.end, slice.end}, state_->rows, state_->bytes};
  }
  if (!options_.overwrite && !state) TRY(check_free(state.error()));
  return begin(slice);
}

/// Nothing lies there that isn't this load's.
Status FileSink::check_free(const base::Error& state_error) const {
  if (env_.exists(options_.path)) {
    return error(Code::kAlreadyExists, "{} is there already; --overwrite replaces it",
                 options_.path);
  }
  if (!env_.exists(part_) && !env_.exists(state_path_)) return {};
  return error(Code::kFailedPrecondition,
               "{} holds the beginning of other rows ({}); repeat the command that began them, or "
               "give --overwrite to replace them",
               part_, state_error.message);
}

Result<Start> FileSink::begin(const Slice& slice) {
  *state_ = {.position = slice.begin};
  whole_ = end();
  TRY(env_.remove_file(part_));
  TRY(save());
  file_ = std::make_unique<BlockWriter>(TRY(env_.open(part_, Env::Open::kTruncate)), 0);
  return Start{slice, 0, 0};
}

Result<Start> FileSink::take_up(const Slice& slice, FileState state) {
  if (state.rows == 0 || TRY(file_size(env_, part_)) < state.bytes) return begin(slice);
  file_ = std::make_unique<BlockWriter>(TRY(env_.open(part_, Env::Open::kAppend)), state.bytes);
  *state_ = std::move(state);
  state_->complete = false;
  saved_bytes_ = state_->bytes;
  whole_ = end();
  TRY(file_->truncate(state_->bytes));
  header_.clear();
  Slice rest{slice.table, state_->position, slice.end};
  if (slice.limit != kAllRows) rest.limit = slice.limit - state_->rows;
  return Start{rest, state_->rows, state_->bytes};
}

Status FileSink::append(std::string_view bytes) {
  TRY(file_->append(bytes));
  state_->bytes += std::ssize(bytes);
  return {};
}

Status FileSink::write(Chunk& chunk) {
  std::string& rows = options_.form == Form::kRowGroup ? chunk.group.bytes : chunk.text;
  std::int64_t size = std::ssize(rows);
  const End before = end();
  if (!header_.empty()) {
    rows.insert(0, header_);
    header_.clear();
  }
  TRY(append(rows));
  if (file_->written() >= before.bytes) whole_ = before;
  state_->position = chunk.end;
  state_->rows += chunk.rows;
  if (options_.form == Form::kRowGroup) {
    chunk.group.bytes.clear();
    state_->groups.push_back(std::move(chunk.group));
    state_->group_sizes.push_back(size);
  }
  return state_->bytes - saved_bytes_ < kSaveEvery ? Status{} : save();
}

Status FileSink::close() {
  if (file_ != nullptr) {
    std::int64_t sound = state_->bytes;
    if (!header_.empty()) TRY(append(header_));
    if (options_.form == Form::kRowGroup) {
      TRY(append(lake::parquet_end(schema_, state_->groups, state_->group_sizes)));
    }
    // Should the rename not come, the next load takes up behind the rows and ends the file again.
    std::int64_t whole = std::exchange(state_->bytes, sound);
    TRY(file_->flush());
    TRY(file_->close());
    state_->complete = true;
    TRY(save());
    TRY(env_.publish(part_, options_.path));
    state_->bytes = whole;
  }
  return env_.remove_file(state_path_);
}

void FileSink::abandon() {
  if (file_ == nullptr) return;
  if (!file_->flush()) go_back();
  // A torn chunk is cut off at once, which gives a full disk the room that the state needs. Where
  // either fails, an older state holds.
  (void)file_->truncate(state_->bytes);
  (void)file_->close();
  (void)save();
}

FileSink::End FileSink::end() const {
  return {state_->position, state_->rows, state_->bytes, state_->groups.size()};
}

/// To the last chunk that is known to be in the file.
void FileSink::go_back() {
  state_->position = whole_.position;
  state_->rows = whole_.rows;
  state_->bytes = whole_.bytes;
  state_->groups.resize(whole_.groups);
  state_->group_sizes.resize(whole_.groups);
}

Status FileSink::save() {
  if (file_ != nullptr) TRY(file_->flush());
  saved_bytes_ = state_->bytes;
  // Not more durable than the part it tells of.
  return env_.write_file(state_path_, state_text(what_, *state_), false);
}

}  // namespace load
