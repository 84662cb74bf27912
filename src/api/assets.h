// The page's files (web/dist), embedded in the binary at build time.
#pragma once

#include <span>
#include <string_view>

namespace api {

struct Asset {
  std::string_view path;  ///< "/index.html"
  std::string_view bytes;
};

std::span<const Asset> all_assets();
/// nullptr when there is no such file.
const Asset* find_asset(std::string_view path);
/// By the file's ending, e.g. "text/javascript; charset=utf-8".
std::string_view content_type(std::string_view path);

}  // namespace api
