// A file that claims to be a dashboard: refused with a line, or shown; its Markdown becomes HTML
// without a script in it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "notebook/dashboard.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string html = notebook::markdown_html(text);
  CHECK(html.find("<script") == std::string::npos, "{}", html);
  auto dashboard = notebook::parse_dashboard(text);
  if (!dashboard) {
    CHECK(dashboard.error().line >= 0);
    return 0;
  }
  (void)notebook::to_json(*dashboard)
      .dump(-1, ' ', false, notebook::json::error_handler_t::replace);
  return 0;
}
