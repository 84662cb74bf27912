#include <md4c-html.h>

#include <algorithm>
#include <array>

#include "notebook/dashboard.h"

namespace notebook {
namespace {

constexpr std::array<std::string_view, 5> kLinkSchemes = {"http://", "https://", "mailto:", "#",
                                                          "?"};
constexpr std::array<std::string_view, 1> kPictureSchemes = {"data:image/"};

bool starts_with_any(std::string_view text, auto const& prefixes) {
  return std::ranges::any_of(prefixes, [&](std::string_view p) { return text.starts_with(p); });
}

/// Blanks what ` href="` or ` src="` leads elsewhere. Only the renderer writes tags (raw HTML is
/// off) and it escapes quotes in values, so a value ends at the next quote.
void keep_only(std::string& html, std::string_view attribute, auto const& schemes) {
  for (std::size_t at = html.find(attribute); at != std::string::npos;
       at = html.find(attribute, at)) {
    at += attribute.size();
    std::size_t end = html.find('"', at);
    if (end == std::string::npos) return;
    std::string_view value(html.data() + at, end - at);
    if (!starts_with_any(value, schemes)) html.erase(at, end - at);
  }
}

}  // namespace

std::string markdown_html(std::string_view markdown) {
  std::string html;
  auto append = [](const MD_CHAR* text, MD_SIZE size, void* to) {
    static_cast<std::string*>(to)->append(text, size);
  };
  // It fails only for lack of memory, which would have ended the process before.
  md_html(markdown.data(), static_cast<MD_SIZE>(markdown.size()), append, &html,
          MD_DIALECT_GITHUB | MD_FLAG_NOHTML, 0);
  keep_only(html, " href=\"", kLinkSchemes);
  keep_only(html, " src=\"", kPictureSchemes);
  return html;
}

}  // namespace notebook
