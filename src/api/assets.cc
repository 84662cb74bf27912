#include "api/assets.h"

namespace api {

const Asset* find_asset(std::string_view path) {
  for (const auto& asset : all_assets()) {
    if (asset.path == path) return &asset;
  }
  return nullptr;
}

std::string_view content_type(std::string_view path) {
  if (path.ends_with(".html")) return "text/html; charset=utf-8";
  if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (path.ends_with(".css")) return "text/css; charset=utf-8";
  if (path.ends_with(".svg")) return "image/svg+xml";
  if (path.ends_with(".json")) return "application/json";
  if (path.ends_with(".png")) return "image/png";
  return "application/octet-stream";
}

}  // namespace api
