#include "hub/capture_list.h"

#include <charconv>
#include <ranges>

#include "wire/crc32c.h"

namespace hub {

using base::Status;

namespace {

std::string checksum_of(std::string_view line) { return fmt::format("{:08x}", wire::crc32c(line)); }

/// Begun with a new line: the one before may have been cut short by the end of a process.
std::string line_of(const std::pair<int, std::int64_t>& key, const CaptureList::File& file) {
  std::string line =
      fmt::format("{} {} {} {} ", key.first, key.second, file.first_offset, file.bytes);
  if (!file.mark.empty()) line += file.mark + " ";
  return "\n" + line + checksum_of(line) + "\n";
}

template <typename Number>
bool take_number(std::string_view& line, Number& number) {
  auto [end, failed] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (failed != std::errc() || end == line.data() + line.size() || *end != ' ') return false;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  return true;
}

void take_line(std::string_view line, CaptureList::Files& files) {
  std::pair<int, std::int64_t> key;
  CaptureList::File file;
  std::string_view rest = line;
  bool whole = take_number(rest, key.first) && take_number(rest, key.second) &&
               take_number(rest, file.first_offset) && take_number(rest, file.bytes);
  if (auto end = rest.rfind(' '); whole && end != std::string_view::npos) {
    file.mark = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  if (whole && rest == checksum_of(line.substr(0, line.size() - rest.size()))) files[key] = file;
}

}  // namespace

Status CaptureList::load() {
  files_.clear();
  if (!env_.exists(path_)) return {};
  std::string text = TRY(env_.read_file(path_));
  for (auto line : text | std::views::split('\n')) {
    take_line(std::string_view(line.begin(), line.end()), files_);
  }
  return {};
}

Status CaptureList::add(int partition, std::int64_t start_ms, File file) {
  if (!file_) file_ = TRY(env_.open(path_, base::Env::Open::kAppend));
  TRY(file_->append(line_of({partition, start_ms}, file)));
  files_[{partition, start_ms}] = file;
  unsynced_ = true;
  return {};
}

Status CaptureList::write_all() {
  std::string text;
  for (const auto& [key, file] : files_) text += line_of(key, file);
  return env_.write_file(path_, text);
}

/// A file whose sync failed may lack what it shows, and later syncs don't say so: it is written
/// anew.
Status CaptureList::sync() {
  if (!unsynced_) return {};
  if (broken_) file_.reset();
  Status synced = broken_ ? write_all() : file_->sync();
  unsynced_ = broken_ = !synced;
  return synced;
}

Status CaptureList::clear() {
  files_.clear();
  file_.reset();
  unsynced_ = broken_ = false;
  return env_.remove_file(path_);
}

}  // namespace hub
