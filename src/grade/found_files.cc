#include "grade/found_files.h"

#include <charconv>

#include "grade/key_files.h"

namespace grade {

namespace {

constexpr std::size_t kPiece = 1 << 20;

base::Status cancelled() { return base::error(base::Code::kCancelled, "the grade was stopped"); }

/// The id of "product_17.json", or -1.
std::int64_t product_id(std::string_view name) {
  constexpr std::string_view kBefore = "product_", kBehind = ".json";
  if (!name.starts_with(kBefore) || !name.ends_with(kBehind)) return -1;
  name = name.substr(kBefore.size(), name.size() - kBefore.size() - kBehind.size());
  std::int64_t id = -1;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  bool canonical =
      error == std::errc() && end == name.data() + name.size() && name == std::to_string(id);
  return canonical ? id : -1;
}

}  // namespace

RowSource file_lines(base::Env& env, std::string path, std::stop_token stop) {
  return [&env, path = std::move(path), stop](const RowSink& sink) -> base::Status {
    auto file = TRY(env.open(path, base::Env::Open::kRead));
    std::string text;  // begins with a line
    std::uint64_t offset = 0;
    std::int64_t line = 1;
    for (;;) {
      if (stop.stop_requested()) return cancelled();
      std::size_t rest = text.size();
      text.resize(rest + kPiece);
      std::size_t got = TRY(file->read_at(offset, std::span(text).subspan(rest)));
      text.resize(rest + got);
      offset += got;
      if (got == 0) break;
      std::size_t whole = text.rfind('\n') + 1;  // npos + 1 = 0: no line is whole yet
      line += split_lines(std::string_view(text).substr(0, whole), line, sink);
      text.erase(0, whole);
    }
    split_lines(text, line, sink);
    return {};
  };
}

RowSource product_files(base::Env& env, std::string folder, std::stop_token stop) {
  return [&env, folder = std::move(folder), stop](const RowSink& sink) -> base::Status {
    for (const auto& entry : TRY(env.list(folder))) {
      if (stop.stop_requested()) return cancelled();
      if (entry.name.starts_with('.') || entry.name.find(".tmp") != std::string::npos) continue;
      std::int64_t id = product_id(entry.name);
      std::string path = folder + "/" + entry.name;
      if (id < 0 || entry.is_dir) {
        return base::error(base::Code::kDataLoss, "{}: no such file should be here", path);
      }
      std::string text = TRY(env.read_file(path));
      Cell cells[] = {Cell::of(id), Cell::of(std::string_view(text))};
      sink(cells);
    }
    return {};
  };
}

}  // namespace grade
