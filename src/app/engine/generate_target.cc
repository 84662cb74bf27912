#include "app/engine/generate_target.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/suggest.h"
#include "load/database_sink.h"
#include "load/file_sink.h"
#include "load/kafka_sink.h"
#include "load/product_files.h"
#include "load/stream_sink.h"

namespace app {

using base::Code;
using base::Env;
using base::error;
using base::Result;
using base::Status;
using world::Table;

namespace {

std::string_view extension_of(Format format) {
  switch (format) {
    case Format::kCsv:
      return ".csv";
    case Format::kParquet:
      return ".parquet";
    default:
      return ".json";
  }
}

/// By the name's end, in any letter case; JSON lines where it has none. Errors: kInvalidArgument
/// for an end that says another format, or none that there is.
Result<Format> format_of(const std::string& path) {
  std::string end = std::filesystem::path(path).extension().string();
  for (char& c : end) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (end == ".csv") return Format::kCsv;
  if (end == ".parquet") return Format::kParquet;
  if (end.empty() || end == "." || end == ".json" || end == ".jsonl" || end == ".ndjson") {
    return Format::kJsonLines;
  }
  return error(
      Code::kInvalidArgument,
      "{}: which format is {}? Give --format jsonl, csv or parquet, or a name that ends in "
      ".json, .jsonl, .csv or .parquet{}",
      path, end, base::did_you_mean(end, {".json", ".jsonl", ".ndjson", ".csv", ".parquet"}));
}

/// Errors: kInvalidArgument where a dialect of CSV is asked of another format.
Result<load::Form> form_of(Format format, const std::string& csv_dialect) {
  if (format == Format::kCsv) {
    return csv_dialect == "excel-cs" ? load::Form::kExcelCsv : load::Form::kCsv;
  }
  if (!csv_dialect.empty()) {
    return error(Code::kInvalidArgument,
                 "--csv-dialect goes with CSV: give --format csv, or a name that ends in .csv");
  }
  return format == Format::kParquet ? load::Form::kRowGroup : load::Form::kJsonLines;
}

/// Something that is written into and not made: a device, a pipe.
bool is_special(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

bool is_folder(const std::string& path) {
  std::error_code ec;
  return path.ends_with('/') || std::filesystem::is_directory(path, ec);
}

}  // namespace

Targets::~Targets() {
  if (opened_fd_ >= 0) ::close(opened_fd_);
}

Target Targets::sink_target(std::string name, std::shared_ptr<load::Sink> sink) {
  Target target;
  target.name = std::move(name);
  target.load = [sink, threads = options_.threads](const world::World& world,
                                                   const load::Slice& slice,
                                                   load::Progress& progress, std::stop_token stop) {
    return load_slice(world, slice, *sink, {threads}, progress, std::move(stop));
  };
  return target;
}

Result<Target> Targets::target(Table table, bool alone, std::stop_token stop) {
  if (!options_.sqlite.empty() || !options_.postgres.empty()) return database_target(table);
  if (options_.kafka.given()) {
    auto topic = TRY(options_.kafka.open(table, std::move(stop)));
    return sink_target(topic->name(), std::make_shared<load::KafkaSink>(topic));
  }
  if (options_.out.empty() || options_.out == "-") {
    if (!alone) {
      return error(Code::kInvalidArgument,
                   "several tables can't share standard output: give --out FOLDER");
    }
    return stream_target(1, "standard output", options_.format.value_or(Format::kJsonLines));
  }
  return file_target(table, alone);
}

Result<Target> Targets::file_target(Table table, bool alone) {
  const std::string& out = options_.out;
  const bool named = alone && !is_special(out) && !is_folder(out);
  Format format = options_.format ? *options_.format
                  : named         ? TRY(format_of(out))
                                  : Format::kJsonLines;
  if (is_special(out)) {
    if (!alone) return error(Code::kInvalidArgument, "several tables need --out FOLDER");
    opened_fd_ = ::open(out.c_str(), O_WRONLY | O_CLOEXEC);
    if (opened_fd_ < 0) return base::errno_error(errno, "can't open", out);
    return stream_target(opened_fd_, out, format);
  }
  if (alone && !is_folder(out)) return path_target(out, format);
  std::string folder = out;
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  if (!alone || table != Table::kProducts || format != Format::kJsonLines ||
      !options_.csv_dialect.empty()) {
    return path_target(fmt::format("{}/{}{}", folder, table_name(table), extension_of(format)),
                       format);
  }
  Target target;
  target.name = folder;
  target.load = [folder, &options = options_](const auto& world, const auto& slice, auto& progress,
                                              std::stop_token stop) {
    return write_product_folder(world, slice, Env::real(), folder, options.overwrite,
                                options.threads, progress, std::move(stop));
  };
  return target;
}

Result<Target> Targets::path_target(const std::string& path, Format format) {
  load::FileSink::Options options{.path = path,
                                  .form = TRY(form_of(format, options_.csv_dialect)),
                                  .overwrite = options_.overwrite,
                                  .hidden = false};
  return sink_target(path, std::make_shared<load::FileSink>(Env::real(), std::move(options)));
}

Result<Target> Targets::stream_target(int fd, std::string name, Format format) {
  if (format == Format::kParquet) {
    return error(Code::kInvalidArgument,
                 "Parquet needs a file that can be renamed, not {}: give --out FILE", name);
  }
  auto form = TRY(form_of(format, options_.csv_dialect));
  auto sink = std::make_shared<load::StreamSink>(fd, name, form);
  Target target = sink_target(std::move(name), sink);
  target.reader_gone = [sink] { return sink->reader_gone(); };
  return target;
}

Result<Target> Targets::database_target(Table table) {
  if (database_ == nullptr) database_ = TRY(open_database());
  if (options_.overwrite) TRY(database_->drop_table(std::string(table_name(table))));
  return sink_target(options_.sqlite.empty() ? "PostgreSQL" : options_.sqlite,
                     std::make_shared<load::DatabaseSink>(*database_));
}

Result<std::unique_ptr<sqldb::Database>> Targets::open_database() const {
  if (!options_.postgres.empty()) return sqldb::open_postgres(options_.postgres);
  std::error_code ec;
  std::string path = std::filesystem::absolute(options_.sqlite, ec).lexically_normal().string();
  return sqldb::open_sqlite(Env::real(), path);
}

}  // namespace app
