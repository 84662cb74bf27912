#include "stream/state_codec.h"

#include <xxhash.h>

namespace stream {
namespace {

/// "hriste-stream-3\n": the digit is the version.
constexpr std::string_view kMagic = "hriste-stream-";
constexpr std::size_t kHeaderSize = kMagic.size() + 2;

/// 0: no header of a version that can be read.
int version_of(std::string_view bytes) {
  if (bytes.size() < kHeaderSize || !bytes.starts_with(kMagic)) return 0;
  if (bytes[kHeaderSize - 1] != '\n') return 0;
  int version = bytes[kMagic.size()] - '0';
  return version >= kStateVersionMin && version <= kStateVersion ? version : 0;
}

/// Since version 3 of the version too: a digit that has changed is damage like any other.
std::uint64_t checksum(std::string_view body, int version) {
  if (version < 3) return XXH3_64bits(body.data(), body.size());
  return XXH3_64bits_withSeed(body.data(), body.size(), static_cast<std::uint64_t>(version));
}

}  // namespace

bool OwnedValue::own(const Value& value) {
  kind = value.kind;
  integer = 0;
  number = 0;
  text.clear();
  switch (value.kind) {
    case Kind::kFloat:
      number = value.number;
      break;
    case Kind::kText:
      text = value.view();
      break;
    case Kind::kRecord:
    case Kind::kArray:
      kind = Kind::kNull;
      return false;
    default:
      integer = value.integer;
  }
  return true;
}

Value OwnedValue::view() const {
  if (kind == Kind::kText) return Value::text(text);
  if (kind == Kind::kFloat) return Value::real(number);
  Value out;
  out.kind = kind;
  out.integer = integer;
  return out;
}

void StateWriter::value(const OwnedValue& v) {
  integer(static_cast<std::int64_t>(v.kind));
  if (v.kind == Kind::kText)
    text(v.text);
  else if (v.kind == Kind::kFloat)
    number(v.number);
  else
    integer(v.integer);
}

std::string StateWriter::finish() const {
  std::uint64_t hash = checksum(bytes_, kStateVersion);
  std::string out = fmt::format("{}{}\n", kMagic, kStateVersion);
  out += bytes_;
  out.append(reinterpret_cast<const char*>(&hash), sizeof hash);
  return out;
}

base::Result<StateReader> StateReader::open(std::string bytes) {
  std::size_t frame = kHeaderSize + sizeof(std::uint64_t);
  int version = version_of(bytes);
  if (bytes.size() < frame || version == 0)
    return base::error(base::Code::kDataLoss, "the checkpoint is not one of this version");
  std::uint64_t hash = 0;
  std::memcpy(&hash, bytes.data() + bytes.size() - sizeof hash, sizeof hash);
  std::string_view body(bytes.data() + kHeaderSize, bytes.size() - frame);
  if (checksum(body, version) != hash)
    return base::error(base::Code::kDataLoss, "the checkpoint is damaged: its checksum is wrong");
  StateReader reader;
  reader.bytes_ = body;
  reader.version_ = version;
  return reader;
}

bool StateReader::take(void* to, std::size_t n) {
  if (!ok_ || bytes_.size() - at_ < n) return ok_ = false;
  std::memcpy(to, bytes_.data() + at_, n);
  at_ += n;
  return true;
}

std::int64_t StateReader::integer() {
  std::int64_t v = 0;
  return take(&v, sizeof v) ? v : 0;
}

double StateReader::number() {
  double v = 0;
  return take(&v, sizeof v) ? v : 0;
}

std::size_t StateReader::count() {
  std::int64_t n = integer();
  if (n < 0 || static_cast<std::uint64_t>(n) > bytes_.size() - at_) {
    ok_ = false;
    return 0;
  }
  return static_cast<std::size_t>(n);
}

std::string StateReader::text() {
  std::string out(count(), '\0');
  return take(out.data(), out.size()) ? out : std::string();
}

OwnedValue StateReader::value() {
  OwnedValue v;
  std::int64_t kind = integer();
  ok_ = ok_ && kind >= 0 && kind <= static_cast<std::int64_t>(Kind::kText);
  if (!ok_) return v;
  v.kind = static_cast<Kind>(kind);
  if (v.kind == Kind::kText)
    v.text = text();
  else if (v.kind == Kind::kFloat)
    v.number = number();
  else
    v.integer = integer();
  return v;
}

}  // namespace stream
