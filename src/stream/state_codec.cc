#include "stream/state_codec.h"

#include <xxhash.h>

namespace stream {
namespace {

constexpr std::string_view kHeader = "hriste-stream-2\n";

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
  std::uint64_t hash = XXH3_64bits(bytes_.data(), bytes_.size());
  std::string out(kHeader);
  out += bytes_;
  out.append(reinterpret_cast<const char*>(&hash), sizeof hash);
  return out;
}

base::Result<StateReader> StateReader::open(std::string bytes) {
  std::size_t frame = kHeader.size() + sizeof(std::uint64_t);
  if (bytes.size() < frame || !bytes.starts_with(kHeader))
    return base::error(base::Code::kDataLoss, "the checkpoint is not one of this version");
  std::uint64_t hash = 0;
  std::memcpy(&hash, bytes.data() + bytes.size() - sizeof hash, sizeof hash);
  std::string_view body(bytes.data() + kHeader.size(), bytes.size() - frame);
  if (XXH3_64bits(body.data(), body.size()) != hash)
    return base::error(base::Code::kDataLoss, "the checkpoint is damaged: its checksum is wrong");
  StateReader reader;
  reader.bytes_ = body;
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
