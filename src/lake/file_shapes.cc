#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "base/log.h"
#include "lake/file_shapes_internal.h"
#include "lake/foreign_json_internal.h"

namespace lake {

// The formats fit no text, so that times stay text, as in Spark. An object may be 4 MB; the
// reader's buffers are twice as large, per thread.
const char* const kJsonOptions =
    "dateformat = 'none', timestampformat = 'none', maximum_object_size = 4194304";

std::string file_list(const std::vector<std::string>& files) {
  std::string list = "[";
  for (const auto& file : files) list += (list.size() > 1 ? ", " : "") + quote_text(file);
  return list + "]";
}

base::Result<Shape> describe(DuckConnection& connection, const std::string& select) {
  auto result = TRY(connection.query("DESCRIBE " + select));
  Shape columns;
  for (const auto& row : result.rows()) {
    columns.push_back({row[0].get<std::string>(), row[1].get<std::string>()});
  }
  return columns;
}

namespace {

constexpr std::size_t kFew = 8;  // so many Parquet files are looked into each time

/// "size.time" of a file; another one when it was written anew.
std::string stamp_of(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return "";
  return fmt::format("{}.{}.{}", found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec);
}

/// Which of its shapes each file has.
class ShapeBook {
 public:
  static ShapeBook read(base::Env& env, const std::string& path) {
    ShapeBook book;
    auto text = env.read_file(path);
    Json json = text ? Json::parse(*text, nullptr, false) : Json{};
    for (const auto& columns : member(json, "shapes")) {
      Shape shape;
      for (const auto& column : columns) {
        shape.push_back({text_member(column, "name"), text_member(column, "type")});
      }
      book.shapes_.push_back(std::move(shape));
    }
    for (const auto& [file, known] : object_member(json, "files").items()) {
      auto shape = static_cast<std::size_t>(whole_member(known, "shape", -1));
      if (shape < book.shapes_.size()) book.files_[file] = {text_member(known, "stamp"), shape};
    }
    return book;
  }

  std::string text() const {
    Json shapes = Json::array(), files = Json::object();
    for (const auto& shape : shapes_) {
      Json columns = Json::array();
      for (const auto& [name, type] : shape) columns.push_back({{"name", name}, {"type", type}});
      shapes.push_back(std::move(columns));
    }
    for (const auto& [file, known] : files_) {
      files[file] = {{"stamp", known.stamp}, {"shape", known.shape}};
    }
    return Json{{"shapes", std::move(shapes)}, {"files", std::move(files)}}.dump();
  }

  /// Forgets files that are no longer the table's or were written anew; returns those not known.
  std::vector<std::string> keep(const std::vector<std::string>& files) {
    std::map<std::string, Known> kept;
    std::vector<std::string> unknown;
    for (const auto& file : files) {
      auto found = files_.find(file);
      if (found != files_.end() && found->second.stamp == stamp_of(file)) {
        kept.insert(*found);
      } else {
        unknown.push_back(file);
      }
    }
    files_ = std::move(kept);
    return unknown;
  }

  void add(const std::string& file, const Shape& shape) {
    auto found = std::ranges::find(shapes_, shape);
    auto index = static_cast<std::size_t>(found - shapes_.begin());
    if (found == shapes_.end()) shapes_.push_back(shape);
    files_[file] = {stamp_of(file), index};
  }

  std::vector<ShapedFiles> groups(const std::vector<std::string>& files) const {
    std::vector<ShapedFiles> groups;
    std::map<std::size_t, std::size_t> place;
    for (const auto& file : files) {
      std::size_t shape = files_.at(file).shape;
      auto [at, is_new] = place.emplace(shape, groups.size());
      if (is_new) groups.push_back({shapes_[shape], {}});
      groups[at->second].files.push_back(file);
    }
    return groups;
  }

 private:
  struct Known {
    std::string stamp;
    std::size_t shape;
  };
  std::vector<Shape> shapes_;
  std::map<std::string, Known> files_;
};

/// Where the table's book lies; empty: it has none.
std::string book_path(const TableSource& source, std::size_t files) {
  auto tier = source.folder.rfind("/" + source.tier + "/");
  bool few = source.format != Format::kJson && source.format != Format::kCsv && files <= kFew;
  if (few || source.gathered || tier == std::string::npos) return "";
  return fmt::format("{}/_shapes/{}.{}.json", source.folder.substr(0, tier), source.tier,
                     source.name);
}

/// The groups of `files`; `look` adds those that the book doesn't know.
template <typename Look>
base::Result<std::vector<ShapedFiles>> with_book(base::Env& env, const TableSource& source,
                                                 const std::vector<std::string>& files,
                                                 const Look& look) {
  std::string path = book_path(source, files.size());
  ShapeBook book = path.empty() ? ShapeBook{} : ShapeBook::read(env, path);
  auto unknown = book.keep(files);
  if (unknown.empty()) return book.groups(files);
  TRY(look(unknown, book));
  if (path.empty()) return book.groups(files);
  auto written = env.make_dirs(path.substr(0, path.rfind('/')));
  if (written) written = env.write_file(path, book.text());
  // The next statement looks again.
  if (!written) base::log_warn("lake", "no_shapes", "error={}", written.error().message);
  return book.groups(files);
}

/// What tells files of other columns apart: all that their footers say of columns.
constexpr const char* kFooter =
    "SELECT file_name, md5(string_agg(concat_ws('|', name, type, type_length, repetition_type, "
    "num_children, converted_type, scale, precision, logical_type, duckdb_type), chr(10) "
    "ORDER BY column_id)) FROM parquet_schema({}) GROUP BY file_name";

base::Status look_into_parquet(DuckConnection& connection, const std::vector<std::string>& files,
                               ShapeBook& book) {
  std::map<std::string, Shape> known;
  std::map<std::string, std::string> footers;
  if (files.size() > 1) {
    auto found = TRY(connection.query(fmt::format(kFooter, file_list(files))));
    for (const auto& row : found.rows()) {
      footers[row[0].get<std::string>()] = row[1].get<std::string>();
    }
  }
  for (const auto& file : files) {
    const std::string& footer = footers[file];
    auto at = known.find(footer);
    if (at == known.end()) {
      auto shape = TRY(describe(
          connection, fmt::format("SELECT * FROM read_parquet([{}], hive_partitioning = false)",
                                  quote_text(file))));
      at = known.emplace(footer, std::move(shape)).first;
    }
    book.add(file, at->second);
  }
  return {};
}

/// Columns of JSON that hold nothing but nulls, and such of more than one kind of value, are JSON
/// to the engine: the first may become anything, the others are text.
base::Status settle_json(DuckConnection& connection, const std::string& scan, Shape& shape) {
  std::string counts;
  std::vector<FileColumn*> open;
  for (auto& column : shape) {
    if (column.type != "JSON") continue;
    counts += fmt::format("{}count({})", open.empty() ? "" : ", ", quote_name(column.name));
    open.push_back(&column);
  }
  if (open.empty()) return {};
  auto found = TRY(connection.query("SELECT " + counts + " FROM " + scan));
  auto row = found.rows(1).at(0);
  for (std::size_t i = 0; i < open.size(); ++i) {
    open[i]->type = row.at(i) == 0 ? "\"NULL\"" : "VARCHAR";
  }
  return {};
}

}  // namespace

base::Result<std::vector<ShapedFiles>> parquet_shapes(DuckConnection& connection, base::Env& env,
                                                      const TableSource& source,
                                                      const std::vector<std::string>& files) {
  return with_book(env, source, files, [&](const auto& unknown, ShapeBook& book) {
    return look_into_parquet(connection, unknown, book);
  });
}

namespace {

/// Reads all of `files`, which have one shape for it: a few, for kTextFilesAtOnce.
base::Status look_into_text(DuckConnection& connection, Format format,
                            const std::vector<std::string>& files, ShapeBook& book) {
  std::string list = file_list(files), scan;
  if (format == Format::kJson) {
    scan = fmt::format(
        "read_json({}, hive_partitioning = false, sample_size = -1, "
        "maximum_sample_files = {}, union_by_name = true, {})",
        list, files.size(), kJsonOptions);
  } else {
    scan = fmt::format(
        "read_csv({}, header = true, hive_partitioning = false, sample_size = -1, "
        "union_by_name = true)",
        list);
  }
  Shape shape = TRY(describe(connection, "SELECT * FROM " + scan));
  TRY(settle_json(connection, scan, shape));
  for (const auto& file : files) book.add(file, shape);
  return {};
}

}  // namespace

base::Result<Shape> text_shape(DuckConnection& connection, base::Env& env,
                               const TableSource& source) {
  auto look = [&](const std::vector<std::string>& files, ShapeBook& book) -> base::Status {
    for (std::size_t from = 0; from < files.size(); from += kTextFilesAtOnce) {
      auto begin = files.begin() + static_cast<std::ptrdiff_t>(from);
      auto count = std::min(kTextFilesAtOnce, files.size() - from);
      TRY(look_into_text(connection, source.format,
                         {begin, begin + static_cast<std::ptrdiff_t>(count)}, book));
    }
    return {};
  };
  Shape merged;
  for (const auto& group : TRY(with_book(env, source, source.files, look))) {
    merge_shape(merged, group.shape);
  }
  return merged;
}

}  // namespace lake
