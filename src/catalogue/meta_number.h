// Whole numbers that the catalogue's meta table keeps as text. What is absent, damaged or out of
// its bounds is as if it weren't there: none of them is worth a daemon that doesn't start.
#pragma once

#include <cstdint>

#include "catalogue/catalogue.h"

namespace catalogue {

std::int64_t meta_number(Catalogue& catalogue, const char* key, std::int64_t fallback,
                         std::int64_t min = 0, std::int64_t max = INT64_MAX);

}  // namespace catalogue
