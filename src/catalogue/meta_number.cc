#include "catalogue/meta_number.h"

#include <charconv>

namespace catalogue {

std::int64_t meta_number(Catalogue& catalogue, const char* key, std::int64_t fallback,
                         std::int64_t min, std::int64_t max) {
  auto text = catalogue.meta(key).value_or(std::nullopt);
  if (!text) return fallback;
  std::int64_t number = 0;
  const char* end = text->data() + text->size();
  auto [stop, failed] = std::from_chars(text->data(), end, number);
  bool whole = failed == std::errc() && stop == end && !text->empty();
  return whole && number >= min && number <= max ? number : fallback;
}

}  // namespace catalogue
