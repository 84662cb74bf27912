// Events are read from the bytes that the world sends, by their fixed order of fields (as
// docs/formats/world.md writes them), not by a JSON library: a key of its own.
#include "grade/key_event.h"

#include <charconv>
#include <cstring>

#include "base/calendar.h"
#include "base/result.h"

namespace grade {

namespace {

/// Walks over one event's text, field after field.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : text_(text), at_(0) {}

  template <std::size_t N>
  std::int64_t integer(const char (&name)[N]) {
    enter(name);
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    CHECK(error == std::errc(), "no number in {}", text_);
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }
  /// A number with two decimals, in hundredths.
  template <std::size_t N>
  std::int64_t hundredths(const char (&name)[N]) {
    std::int64_t whole = integer(name);
    CHECK(text_.size() - at_ >= 3 && text_[at_] == '.', "no decimals in {}", text_);
    int part = (text_[at_ + 1] - '0') * 10 + (text_[at_ + 2] - '0');
    at_ += 3;
    return whole * 100 + part;
  }
  /// A string without escapes, which the world's events don't need.
  template <std::size_t N>
  std::string_view text(const char (&name)[N]) {
    enter(name);
    std::size_t begin = at_ + 1, end = text_.find('"', begin);
    CHECK(end != std::string_view::npos, "no end of text in {}", text_);
    at_ = end + 1;
    return text_.substr(begin, end - begin);
  }

 private:
  /// Over `{"name":` or `,"name":`. The length is known when compiling, so comparing is cheap.
  template <std::size_t N>
  void enter(const char (&name)[N]) {
    constexpr std::size_t kSize = N - 1;
    CHECK(text_.size() - at_ > kSize + 4 && std::memcmp(text_.data() + at_ + 2, name, kSize) == 0,
          "no {} at byte {} of {}", name, at_, text_);
    at_ += kSize + 4;
  }

  std::string_view text_;
  std::size_t at_;
};

int digits(std::string_view text, std::size_t at, int count) {
  int value = 0;
  for (int i = 0; i < count; ++i)
    value = value * 10 + (text[at + static_cast<std::size_t>(i)] - '0');
  return value;
}

/// "2026-06-01T00:00:00.000Z"; most times of a stream share a day.
class TimeReader {
 public:
  std::int64_t millis(std::string_view text) {
    CHECK(text.size() == 24, "no time: {}", text);
    if (text.substr(0, 10) != std::string_view(date_, 10)) {
      std::memcpy(date_, text.data(), 10);
      auto day = base::parse_date(text.substr(0, 10));
      CHECK(day, "no time: {}", text);
      date_ms_ = *day * 86'400'000;
    }
    return date_ms_ + digits(text, 11, 2) * 3'600'000 + digits(text, 14, 2) * 60'000 +
           digits(text, 17, 2) * 1000 + digits(text, 20, 3);
  }

 private:
  char date_[10] = {};
  std::int64_t date_ms_ = 0;
};

void read_fields(world::Stream stream, TimeReader& times, Event& event) {
  std::string_view value = event.value.text;
  FieldReader reader(value);
  CHECK(reader.integer("event_id") == event.event_id, "another event: {}", value);
  event.event_time_ms = times.millis(reader.text("event_time"));
  CHECK(reader.integer("user_id") == event.user_id, "another user: {}", value);
  if (stream == world::Stream::kStars) {
    event.stars = reader.integer("stars");
    return;
  }
  event.http_method = HashedText(reader.text("http_method"));
  event.uri = HashedText(reader.text("uri"));
  event.client_ip = HashedText(reader.text("client_ip"));
  event.user_agent = HashedText(reader.text("user_agent"));
  event.latency_hundredths = reader.hundredths("latency");
}

std::uint32_t murmur2(std::string_view key) {
  constexpr std::uint32_t kMix = 0x5bd1e995;
  auto length = static_cast<std::uint32_t>(key.size());
  std::uint32_t hash = 0x9747b28c ^ length;
  std::size_t at = 0;
  for (; at + 4 <= key.size(); at += 4) {
    std::uint32_t k;
    std::memcpy(&k, key.data() + at, 4);  // little endian, as x86-64 is
    k *= kMix;
    k ^= k >> 24;
    hash = (hash * kMix) ^ (k * kMix);
  }
  auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(key[at + i]));
  };
  std::size_t rest = key.size() - at;
  if (rest == 3) hash ^= byte(2) << 16;
  if (rest >= 2) hash ^= byte(1) << 8;
  if (rest >= 1) hash = (hash ^ byte(0)) * kMix;
  hash = (hash ^ (hash >> 13)) * kMix;
  return hash ^ (hash >> 15);
}

}  // namespace

int partition_of_key(std::string_view key, int partitions) {
  return static_cast<int>((murmur2(key) & 0x7fffffff) % static_cast<std::uint32_t>(partitions));
}

void read_events(const world::Deliveries& deliveries, world::Stream stream, int partitions,
                 std::vector<Event>& out) {
  TimeReader times;
  out.clear();
  out.reserve(deliveries.rows.size());
  for (const world::Delivery& delivery : deliveries.rows) {
    Event& event = out.emplace_back();
    event.arrival_ms = delivery.arrival_ms;
    event.event_id = delivery.event_id;
    event.user_id = delivery.user_id;
    event.malformed = delivery.malformed;
    event.copy = delivery.copy != 0;
    event.value = HashedText(deliveries.value(delivery));
    char key[24];
    char* end = std::to_chars(key, key + sizeof key, delivery.user_id).ptr;
    event.partition = partition_of_key({key, static_cast<std::size_t>(end - key)}, partitions);
    if (!event.malformed) read_fields(stream, times, event);
  }
}

}  // namespace grade
