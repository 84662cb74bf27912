#include "hub/capture_file.h"

#include <charconv>

#include "base/clock.h"
#include "wire/record_batch.h"

namespace hub {

using base::Code;
using base::error;
using base::Result;
using base::Status;
using codec::AvroDecoder;
using codec::AvroEncoder;

namespace {

constexpr std::string_view kEnqueuedTime = "x-opt-enqueued-time";
constexpr std::string_view kPartitionKey = "x-opt-partition-key";
// Branches of the unions in the schema.
enum Branch : std::int64_t { kLong = 0, kDouble = 1, kString = 2, kBytes = 3, kNull = 4 };
enum BodyBranch : std::int64_t { kNoBody = 0, kBodyBytes = 1 };

bool is_ascii(std::string_view text) {
  for (char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

void write_headers(AvroEncoder& out, std::string_view headers) {
  wire::ByteReader peek(headers);
  std::int64_t count = peek.varint();
  if (count > 0) {
    out.integer(count);
    wire::HeaderReader reader(headers);
    wire::HeaderView header;
    while (reader.next(header)) {
      out.bytes(header.key);
      out.integer(header.value.data() == nullptr ? kNull : kBytes);
      if (header.value.data() != nullptr) out.bytes(header.value);
    }
  }
  out.integer(0);
}

/// Reads a map's entries; `see(key, branch, in)` reads the value of a long, string or bytes.
template <typename See>
void read_map(AvroDecoder& in, See see) {
  for (std::int64_t n = in.integer(); in.ok() && n != 0; n = in.integer()) {
    if (n < 0) {
      n = n == INT64_MIN ? INT64_MAX : -n;
      (void)in.integer();
    }
    for (; in.ok() && n > 0; --n) {
      std::string_view key = in.bytes();
      see(key, in.integer());
    }
  }
}

void skip_value(AvroDecoder& in, std::int64_t branch) {
  if (branch == kLong) (void)in.integer();
  if (branch == kDouble) (void)in.real();
  if (branch == kString || branch == kBytes) (void)in.bytes();
  if (branch < 0 || branch > kNull) in.fail();
}

void read_event(AvroDecoder& in, CapturedEvent& event) {
  event = {};
  event.sequence_number = in.integer();
  (void)in.bytes();
  event.enqueued_time_utc = in.bytes();
  read_map(in, [&](std::string_view key, std::int64_t branch) {
    if (key == kEnqueuedTime && branch == kLong) {
      event.arrival_ms = in.integer();
    } else if (key == kPartitionKey && (branch == kString || branch == kBytes)) {
      event.key = in.bytes();
    } else {
      skip_value(in, branch);
    }
  });
  read_map(in, [&](std::string_view, std::int64_t branch) { skip_value(in, branch); });
  if (in.integer() == kBodyBytes) event.body = in.bytes();
}

}  // namespace

std::string_view event_data_schema() {
  return R"({"type":"record","name":"EventData","namespace":"Microsoft.ServiceBus.Messaging",)"
         R"("fields":[{"name":"SequenceNumber","type":"long"},{"name":"Offset","type":"string"},)"
         R"({"name":"EnqueuedTimeUtc","type":"string"},)"
         R"({"name":"SystemProperties","type":{"type":"map","values":["long","double","string",)"
         R"("bytes"]}},)"
         R"({"name":"Properties","type":{"type":"map","values":["long","double","string","bytes",)"
         R"("null"]}},)"
         R"({"name":"Body","type":["null","bytes"]}]})";
}

std::string format_enqueued_time(std::int64_t ms) {
  using namespace std::chrono;
  sys_seconds at = floor<seconds>(base::from_millis(ms));
  sys_days day = floor<days>(at);
  year_month_day date(day);
  hh_mm_ss time(at - day);
  auto hour = time.hours().count();
  return fmt::format("{}/{}/{:04} {}:{:02}:{:02} {}", static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), static_cast<int>(date.year()),
                     hour % 12 == 0 ? 12 : hour % 12, time.minutes().count(),
                     time.seconds().count(), hour < 12 ? "AM" : "PM");
}

CaptureFileWriter::CaptureFileWriter(base::Env& env, std::string path,
                                     std::unique_ptr<base::File> file)
    : env_(env),
      path_(std::move(path)),
      file_(std::move(file)),
      // The same marker in every file: a window that is written again has the same bytes.
      avro_(*file_, event_data_schema(), codec::AvroCodec::kNull, 0x68726973'7465ULL) {}

Result<std::unique_ptr<CaptureFileWriter>> CaptureFileWriter::create(base::Env& env,
                                                                     std::string path) {
  auto file = TRY(env.open(path + ".tmp", base::Env::Open::kTruncate));
  return std::unique_ptr<CaptureFileWriter>(
      new CaptureFileWriter(env, std::move(path), std::move(file)));
}

CaptureFileWriter::~CaptureFileWriter() {
  if (file_) (void)env_.remove_file(path_ + ".tmp");
}

Status CaptureFileWriter::add(const Record& record) {
  AvroEncoder out(avro_.block());
  out.integer(record.offset);
  char digits[20];
  auto end = std::to_chars(digits, digits + sizeof digits, record.offset).ptr;
  out.bytes({digits, static_cast<std::size_t>(end - digits)});
  std::int64_t second = record.arrival_ms / 1000;
  if (second != formatted_second_) {
    formatted_time_ = format_enqueued_time(record.arrival_ms);
    formatted_second_ = second;
  }
  out.bytes(formatted_time_);
  bool has_key = record.key.data() != nullptr;
  out.integer(has_key ? 2 : 1);
  out.bytes(kEnqueuedTime);
  out.integer(kLong);
  out.integer(record.arrival_ms);
  if (has_key) {
    out.bytes(kPartitionKey);
    out.integer(is_ascii(record.key) ? kString : kBytes);  // a string has to be UTF-8
    out.bytes(record.key);
  }
  out.integer(0);
  write_headers(out, record.headers);
  bool has_body = record.value.data() != nullptr;
  out.integer(has_body ? kBodyBytes : kNoBody);
  if (has_body) out.bytes(record.value);
  return avro_.end_record();
}

Status CaptureFileWriter::finish() {
  TRY(avro_.finish());
  bytes_ = TRY(file_->size());
  TRY(file_->close());
  TRY(env_.publish(path_ + ".tmp", path_));
  file_.reset();
  return {};
}

Status read_capture_file(base::Env& env, const std::string& path,
                         const std::function<void(const CapturedEvent&)>& see) {
  std::string bytes = TRY(env.read_file(path));
  auto damaged = [&](base::Error e) { return base::annotate(std::move(e), path); };
  auto reader = codec::AvroFileReader::open(bytes);
  if (!reader) return damaged(reader.error());
  if (reader->schema() != event_data_schema()) {
    return error(Code::kDataLoss, "{}: isn't a capture file of this version", path);
  }
  codec::AvroFileReader::Block block;
  for (;;) {
    auto more = reader->next(block);
    if (!more) return damaged(more.error());
    if (!*more) return {};
    AvroDecoder in(block.bytes);
    CapturedEvent event;
    for (std::int64_t i = 0; i < block.records; ++i) {
      read_event(in, event);
      if (!in.ok()) return error(Code::kDataLoss, "{}: event {} is damaged", path, i);
      see(event);
    }
  }
}

}  // namespace hub
