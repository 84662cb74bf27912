// The page: log-in, its files, live updates.
#include <xxhash.h>

#include "api/assets.h"
#include "api/server_internal.h"

namespace api {

namespace {

constexpr const char* kContentSecurity =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
    "'none'";

}  // namespace

void Server::Impl::add_page_routes() {
  http.Get("/v1/live", [this](const Request&, httplib::Response& response) { live(response); });
  http.Get("/login", [this](const Request& request, httplib::Response& response) {
    std::string cookie = access.login(request.get_param_value("code"));
    if (cookie.empty()) {
      response.status = 403;
      response.set_content("This link has been used or is older than a minute. Run: hriste open\n",
                           "text/plain; charset=utf-8");
      return;
    }
    response.set_header("Set-Cookie",
                        fmt::format("{}={}; HttpOnly; SameSite=Strict; Path=/; Max-Age={}",
                                    access.cookie_name(), cookie, kCookieLife.count()));
    response.set_redirect("/");
  });
  http.Get(".*", [](const Request& request, httplib::Response& response) {
    const Asset* asset = find_asset(request.path == "/" ? "/index.html" : request.path);
    if (asset == nullptr) {
      response.status = 404;
      return;
    }
    response.set_header("Content-Security-Policy", kContentSecurity);
    // Kept by the browser, and asked for each time: a new binary never meets an old script.
    std::string tag =
        fmt::format("\"{:016x}\"", XXH3_64bits(asset->bytes.data(), asset->bytes.size()));
    response.set_header("Cache-Control", "no-cache");
    response.set_header("ETag", tag);
    if (request.get_header_value("If-None-Match") == tag) {
      response.status = 304;
      return;
    }
    response.set_content(asset->bytes.data(), asset->bytes.size(),
                         std::string(content_type(asset->path)).c_str());
  });
}

bool Server::Impl::pause(std::chrono::milliseconds time) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait_for(lock, stopping.get_token(), time, [] { return false; });
  return !stopping.stop_requested() && !options.playground->stop_token().stop_requested();
}

void Server::Impl::live(httplib::Response& response) {
  auto slot = live_pages.take();
  if (slot == nullptr) {
    return refuse(response, {base::Code::kUnavailable,
                             fmt::format("{} live pages are open already: close some, or ask "
                                         "/v1/overview",
                                         live_pages.most())});
  }
  auto id = std::make_shared<std::int64_t>(0);
  response.set_header("Cache-Control", "no-store");
  // The slot goes with the stream.
  response.set_chunked_content_provider(
      "text/event-stream", [this, id, slot](size_t, httplib::DataSink& sink) {
        bool first = *id == 0;
        if (!pause(first ? std::chrono::milliseconds(0) : kLivePeriod)) {
          // So that the page knows at once that nothing more comes.
          constexpr std::string_view kLast = "event: stopped\ndata: {}\n\n";
          sink.write(kLast.data(), kLast.size());
          return false;
        }
        std::string event =
            fmt::format("{}id: {}\nevent: {}\ndata: {}\n\n", first ? "retry: 1000\n" : "", ++*id,
                        first ? "snapshot" : "overview", *feed.text(first));
        return sink.write(event.data(), event.size());
      });
}

}  // namespace api
