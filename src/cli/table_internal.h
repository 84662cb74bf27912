// Listings for the eye.
#pragma once

#include <string>

#include "cli/listing.h"

namespace cli {

std::string table_text(const Listing& listing, const Look& look);
std::string markdown_text(const Listing& listing);

}  // namespace cli
