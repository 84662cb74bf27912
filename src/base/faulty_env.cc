#include "base/faulty_env.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace base {
namespace {

std::string folder_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

Status dead_error(const std::string& what) {
  return error(Code::kCancelled, "{}: the process is dead", what);
}

/// The same number for the same file in every run: temporary names and folders differ.
std::uint64_t draw_of(const std::string& path) {
  std::filesystem::path p(path);
  std::string name = p.parent_path().filename().string() + "/" + p.filename().string();
  std::uint64_t hash = 0;
  for (char c : name.substr(0, name.find(".tmp")))
    hash = mix64(hash ^ static_cast<unsigned char>(c));
  return hash;
}

bool is_below(const std::string& path, const std::string& folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

}  // namespace

class FaultyFile final : public File {
 public:
  FaultyFile(FaultyEnv& env, std::unique_ptr<File> inner, std::string path, FaultyEnv::NodePtr node)
      : env_(env),
        inner_(std::move(inner)),
        path_(std::move(path)),
        node_(std::move(node)),
        life_(env.life_) {}

  Status append(std::string_view bytes) override {
    TRY(check());
    if (!env_.change(path_)) {
      (void)inner_->append(bytes.substr(0, bytes.size() / 2));
      return dead_error(path_);
    }
    auto wanted = static_cast<std::int64_t>(bytes.size());
    std::int64_t room = env_.disk_bytes_.fetch_sub(wanted);
    if (room >= wanted) return inner_->append(bytes);
    auto fits = static_cast<size_t>(std::max<std::int64_t>(room, 0));
    env_.disk_bytes_ = 0;
    TRY(inner_->append(bytes.substr(0, fits)));
    return errno_error(ENOSPC, "can't write", path_);
  }
  Result<size_t> read_at(uint64_t offset, std::span<char> into) const override {
    TRY(check());
    if (env_.read_failure_.now()) return errno_error(EIO, "can't read", path_);
    return inner_->read_at(offset, into);
  }
  Result<uint64_t> size() const override {
    TRY(check());
    return inner_->size();
  }
  bool reserve(uint64_t offset, uint64_t count) override {
    return check() && env_.disk_bytes_ >= static_cast<std::int64_t>(count) &&
           inner_->reserve(offset, count);
  }
  Status truncate(uint64_t size) override {
    TRY(check());
    TRY(env_.change(path_));
    TRY(inner_->truncate(size));
    std::lock_guard lock(env_.mutex_);
    if (node_) node_->synced = std::min(node_->synced, size);
    return {};
  }
  Status sync() override {
    TRY(check());
    TRY(env_.change(path_));
    uint64_t size = TRY(inner_->size());
    bool fails = env_.sync_failure_.now();
    if (!fails && !node_) env_.adopt(path_, size);
    std::lock_guard lock(env_.mutex_);
    if (fails && node_) node_->forsaken = true;
    if (fails) return errno_error(EIO, "can't sync", path_);
    // Nothing here loses power for real, so the disk needn't be waited for.
    if (node_ && !node_->forsaken) node_->synced = std::max(node_->synced, size);
    return {};
  }
  Status close() override {
    TRY(check());
    return inner_->close();
  }

 private:
  Status check() const { return life_ == env_.life_ ? env_.check_alive(path_) : dead_error(path_); }

  FaultyEnv& env_;
  std::unique_ptr<File> inner_;
  std::string path_;
  FaultyEnv::NodePtr node_;  ///< null: nobody wrote the file through here
  const int life_;
};

void FaultyEnv::Failure::set(int n, int times) {
  std::lock_guard lock(mutex_);
  until_ = n;
  times_ = n > 0 ? times : 0;
}

bool FaultyEnv::Failure::now() {
  std::lock_guard lock(mutex_);
  if (times_ == 0 || --until_ > 0) return false;
  --times_;
  return true;
}

Status FaultyEnv::check_alive(const std::string& what) const {
  if (dead_) return dead_error(what);
  return {};
}

/// Counts a change; the one that the process dies in fails.
Status FaultyEnv::change(const std::string& what) {
  TRY(check_alive(what));
  if (changes_until_death_ > 0 && --changes_until_death_ == 0) {
    dead_ = true;
    return dead_error(what);
  }
  return {};
}

void FaultyEnv::revive() {
  std::lock_guard lock(mutex_);
  for (const auto& [path, node] : nodes_) node->forsaken = false;
  ++life_;
  changes_until_death_ = 0;
  dead_ = false;
}

Status FaultyEnv::track_names(const std::string& keep_dir) {
  TRY(inner_.make_dirs(keep_dir));
  std::lock_guard lock(mutex_);
  keep_dir_ = keep_dir;
  return {};
}

Status FaultyEnv::track_others(const std::string& root) {
  std::lock_guard lock(mutex_);
  others_roots_.push_back(root);
  for (auto& file : TRY(others_files_locked(root))) safe_files_.insert(std::move(file));
  return {};
}

/// The files below `root` that were not written through here, and aren't safe.
Result<std::vector<std::string>> FaultyEnv::others_files_locked(const std::string& root) const {
  std::vector<std::string> files;
  std::error_code ec;
  auto entries = std::filesystem::recursive_directory_iterator(root, ec);
  for (; !ec && entries != std::filesystem::end(entries); entries.increment(ec)) {
    std::string path = entries->path().string();
    bool ours = nodes_.contains(path) || safe_files_.contains(path);
    if (entries->is_regular_file() && !ours) files.push_back(std::move(path));
  }
  if (ec && ec.value() != ENOENT) return errno_error(ec.value(), "can't list", root);
  std::ranges::sort(files);
  return files;
}

/// What another wrote was synced here.
void FaultyEnv::adopt(const std::string& path, std::uint64_t size) {
  std::lock_guard lock(mutex_);
  auto holds = [&](const std::string& root) { return is_below(path, root); };
  if (std::ranges::none_of(others_roots_, holds) || safe_files_.contains(path)) return;
  auto [node, added] = nodes_.try_emplace(path, std::make_shared<Node>(size));
  if (added) note_name_locked({NameChange::Kind::kMade, "", path, "", nullptr});
}

Result<std::unique_ptr<File>> FaultyEnv::open(const std::string& path, Open mode) {
  if (mode == Open::kRead) {
    TRY(check_alive(path));
    auto file = TRY(inner_.open(path, mode));
    std::lock_guard lock(mutex_);
    auto known = nodes_.find(path);
    return std::make_unique<FaultyFile>(*this, std::move(file), path,
                                        known == nodes_.end() ? nullptr : known->second);
  }
  TRY(change(path));
  bool existed = inner_.exists(path);
  auto file = TRY(inner_.open(path, mode));
  uint64_t size = TRY(file->size());
  std::lock_guard lock(mutex_);
  NodePtr& node = nodes_[path];
  if (!existed || !node) node = std::make_shared<Node>(size);
  if (mode == Open::kTruncate) *node = Node{};
  if (!existed) note_name_locked({NameChange::Kind::kMade, "", path, "", nullptr});
  return std::make_unique<FaultyFile>(*this, std::move(file), path, node);
}

void FaultyEnv::note_name_locked(NameChange change) {
  if (!keep_dir_.empty()) unsynced_names_.push_back(std::move(change));
}

/// Keeps the file that `path` names from being lost when the name goes; "" when there is none.
Result<std::string> FaultyEnv::cover_locked(const std::string& path) {
  if (keep_dir_.empty() || !inner_.exists(path)) return std::string();
  std::string link = fmt::format("{}/{}", keep_dir_, kept_++);
  std::error_code ec;
  std::filesystem::create_hard_link(path, link, ec);
  if (ec) return errno_error(ec.value(), "can't link", path);
  return link;
}

Status FaultyEnv::rename(const std::string& from, const std::string& to) {
  TRY(change(to));
  std::error_code ec;
  bool folder = std::filesystem::is_directory(from, ec);
  std::lock_guard lock(mutex_);
  std::string covered = folder ? "" : TRY(cover_locked(to));
  TRY(inner_.rename(from, to));
  NodePtr covered_node;
  if (auto node = nodes_.extract(to)) covered_node = node.mapped();
  if (auto node = nodes_.extract(from)) {
    node.key() = to;
    nodes_.insert(std::move(node));
  }
  if (safe_files_.erase(from) > 0) safe_files_.insert(to);
  if (folder) move_below_locked(from, to);
  if (!folder) note_name_locked({NameChange::Kind::kRenamed, from, to, covered, covered_node});
  return {};
}

Status FaultyEnv::link(const std::string& from, const std::string& to) {
  TRY(change(to));
  std::lock_guard lock(mutex_);
  TRY(inner_.link(from, to));
  if (auto node = nodes_.find(from); node != nodes_.end()) nodes_[to] = node->second;
  note_name_locked({NameChange::Kind::kMade, "", to, "", nullptr});
  return {};
}

/// A folder has another name: so has all in it, and what happened there before stays.
void FaultyEnv::move_below_locked(const std::string& from, const std::string& to) {
  std::map<std::string, NodePtr> moved;
  for (auto& [path, node] : nodes_) {
    moved[is_below(path, from) ? to + path.substr(from.size()) : path] = node;
  }
  nodes_ = std::move(moved);
  std::set<std::string> safe;
  for (const auto& path : safe_files_) {
    safe.insert(is_below(path, from) ? to + path.substr(from.size()) : path);
  }
  safe_files_ = std::move(safe);
  std::erase_if(unsynced_names_, [&](const NameChange& c) { return is_below(c.to, from); });
}

Status FaultyEnv::remove_file(const std::string& path) {
  TRY(change(path));
  std::lock_guard lock(mutex_);
  std::string covered = TRY(cover_locked(path));
  TRY(inner_.remove_file(path));
  NodePtr node;
  if (auto found = nodes_.extract(path)) node = found.mapped();
  if (!covered.empty()) note_name_locked({NameChange::Kind::kRemoved, "", path, covered, node});
  return {};
}

Status FaultyEnv::remove_tree(const std::string& path) {
  TRY(change(path));
  std::lock_guard lock(mutex_);
  TRY(inner_.remove_tree(path));
  auto gone = [&](const std::string& name) { return name == path || is_below(name, path); };
  std::erase_if(nodes_, [&](const auto& entry) { return gone(entry.first); });
  std::erase_if(unsynced_names_, [&](const NameChange& c) { return gone(c.to); });
  return {};
}

Status FaultyEnv::make_dirs(const std::string& path) {
  if (inner_.exists(path)) return check_alive(path);
  TRY(change(path));
  return inner_.make_dirs(path);
}

Result<std::vector<DirEntry>> FaultyEnv::list(const std::string& path) {
  TRY(check_alive(path));
  return inner_.list(path);
}

Result<DirEntry> FaultyEnv::look(const std::string& path) {
  TRY(check_alive(path));
  return inner_.look(path);
}

Status FaultyEnv::sync_dir(const std::string& path) {
  TRY(change(path));
  if (sync_failure_.now()) return errno_error(EIO, "can't sync", path);
  std::lock_guard lock(mutex_);
  std::erase_if(unsynced_names_, [&](const NameChange& c) { return folder_of(c.to) == path; });
  return {};
}

Result<uint64_t> FaultyEnv::free_bytes(const std::string& path) {
  uint64_t real = TRY(inner_.free_bytes(path));
  return std::min(real, static_cast<uint64_t>(std::max<std::int64_t>(disk_bytes_, 0)));
}

Status FaultyEnv::lose_power(const CounterRandom* random) {
  std::lock_guard lock(mutex_);
  TRY(lose_others_locked(random));
  TRY(lose_names_locked(random));
  return lose_bytes_locked(random);
}

/// Whether a name arrived, and how many of its bytes, nobody knows.
Status FaultyEnv::lose_others_locked(const CounterRandom* random) {
  std::vector<std::string> files;
  for (const auto& root : others_roots_) {
    for (auto& file : TRY(others_files_locked(root))) files.push_back(std::move(file));
  }
  for (const auto& path : files) {
    if (!random || random->below(draw_of(path) ^ 2, 2) == 0) {
      TRY(inner_.remove_file(path));
      continue;
    }
    auto file = TRY(inner_.open(path, Open::kAppend));
    TRY(file->truncate(random->below(draw_of(path), TRY(file->size()) + 1)));
    safe_files_.insert(path);
  }
  return {};
}

/// Each folder keeps the first few of its changes; the others are taken back, the last one first.
Status FaultyEnv::lose_names_locked(const CounterRandom* random) {
  std::map<std::string, std::uint64_t> changes;
  for (const NameChange& c : unsynced_names_) ++changes[folder_of(c.to)];
  std::map<std::string, std::uint64_t> left = changes;
  for (auto change = unsynced_names_.rbegin(); change != unsynced_names_.rend(); ++change) {
    std::string folder = folder_of(change->to);
    std::uint64_t kept = random ? random->below(draw_of(folder), changes[folder] + 1) : 0;
    if (left[folder]-- > kept) TRY(undo_locked(*change));
  }
  unsynced_names_.clear();
  return {};
}

Status FaultyEnv::undo_locked(const NameChange& change) {
  NodePtr node;
  if (auto found = nodes_.extract(change.to)) node = found.mapped();
  if (change.kind == NameChange::Kind::kMade) TRY(inner_.remove_file(change.to));
  if (change.kind == NameChange::Kind::kRenamed && inner_.exists(change.to)) {
    TRY(inner_.rename(change.to, change.from));
    if (node) nodes_[change.from] = node;
  }
  if (change.covered.empty()) return {};
  TRY(inner_.rename(change.covered, change.to));
  if (change.covered_node) nodes_[change.to] = change.covered_node;
  return {};
}

/// Cuts each file back to what was synced, or to somewhere behind it.
Status FaultyEnv::lose_bytes_locked(const CounterRandom* random) {
  for (const auto& [path, node] : nodes_) {
    if (!inner_.exists(path)) continue;
    auto file = TRY(inner_.open(path, Open::kAppend));
    std::uint64_t size = TRY(file->size()), kept = node->synced;
    node->forsaken = false;
    if (size <= kept) continue;
    if (random) kept += random->below(draw_of(path), size - kept + 1);
    TRY(file->truncate(kept));
    bool grown = random && random->below(draw_of(path) ^ 1, 3) == 0;  // the size alone arrived
    if (grown) TRY(file->append(std::string(size - kept, '\0')));
    node->synced = grown ? size : kept;  // the next process finds it on the disk
  }
  return {};
}

}  // namespace base
