#include <simdjson.h>

#include "lake/small_files_internal.h"

namespace lake {
namespace {

using base::Code;

constexpr std::size_t kMany = 32;
constexpr std::int64_t kSmall = 64 << 10;  // on average
constexpr std::size_t kWriteAtOnce = 1 << 20;

void append_line(std::string& out, const simdjson::dom::element& object) {
  out += simdjson::minify(object);
  out += '\n';
}

/// An object, or the elements of an array.
void append_objects(std::string& out, const simdjson::dom::element& element) {
  simdjson::dom::array array;
  if (element.get_array().get(array)) return append_line(out, element);
  for (auto object : array) append_line(out, object);
}

/// Appends all objects of a text that holds more than one.
simdjson::error_code append_stream(simdjson::dom::parser& parser, const std::string& text,
                                   std::string& out) {
  simdjson::dom::document_stream documents;
  auto error = parser.parse_many(text, text.size() + simdjson::SIMDJSON_PADDING).get(documents);
  if (error) return error;
  for (auto document : documents) {
    simdjson::dom::element element;
    if (error = document.get(element); error) return error;
    append_objects(out, element);
  }
  return documents.truncated_bytes() > 0 ? simdjson::TAPE_ERROR : simdjson::SUCCESS;
}

/// Appends what is in a file, an object a line. False: the engine has to read it.
base::Result<bool> append_file(simdjson::dom::parser& parser, const std::string& path,
                               const std::string& text, std::string& out) {
  std::size_t before = out.size();
  simdjson::dom::element element;
  auto error = parser.parse(text).get(element);  // most files hold one object
  if (!error) {
    append_objects(out, element);
    return true;
  }
  if (error != simdjson::NUMBER_ERROR) error = append_stream(parser, text, out);
  if (!error || error == simdjson::EMPTY) return true;
  out.resize(before);
  if (error == simdjson::NUMBER_ERROR) return false;
  return base::error(Code::kInvalidArgument, "{}: {}; repair or remove the file", path,
                     simdjson::error_message(error));
}

}  // namespace

base::Status gather_small_files(base::Env& env, const std::string& temp_dir, TableSource& source) {
  if (source.format != Format::kJson || source.files.size() < kMany || source.committed ||
      source.bytes > kSmall * std::ssize(source.files)) {
    return {};
  }
  for (const auto& file : source.files) {
    if (file.find('=', source.folder.size()) != std::string::npos) return {};  // a folder's column
  }
  TRY(env.make_dirs(temp_dir));
  std::string path = fmt::format("{}/{}.{}.json", temp_dir, source.tier, source.name);
  auto file = TRY(env.open(path, base::Env::Open::kTruncate));
  simdjson::dom::parser parser;
  std::string lines;
  for (const auto& from : source.files) {
    std::string text = TRY(env.read_file(from));
    text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    if (!TRY(append_file(parser, from, text, lines))) return {};
    if (lines.size() < kWriteAtOnce) continue;
    TRY(file->append(lines));
    lines.clear();
  }
  TRY(file->append(lines));
  source.bytes = static_cast<std::int64_t>(TRY(file->size()));
  TRY(file->close());
  source.files = {path};
  source.folder = temp_dir;
  source.gathered = true;
  return {};
}

}  // namespace lake
