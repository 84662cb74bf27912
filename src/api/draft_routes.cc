// Saving from the page: POST /v1/drafts by the page, the rest by `hriste watch` (drafts.h).
#include "api/server_internal.h"

namespace api {

using base::Code;
using base::Result;

namespace {

constexpr size_t kDraftBytes = 1 << 20;
constexpr auto kAskAgainAfter = std::chrono::seconds(10);

/// Errors: kInvalidArgument naming what is missing or too large.
Result<Draft> draft_in(const json& body) {
  Draft draft;
  for (auto [name, to] : {std::pair("node", &draft.node), std::pair("before", &draft.before),
                          std::pair("text", &draft.text)}) {
    const json value = body.value(name, json());
    if (!value.is_string())
      return base::error(Code::kInvalidArgument, "\"{}\" must be a text", name);
    *to = value.get<std::string>();
    if (to->size() > kDraftBytes) {
      return base::error(Code::kInvalidArgument, "\"{}\" is larger than {} bytes", name,
                         kDraftBytes);
    }
  }
  if (draft.text.contains('\0')) {
    return base::error(Code::kInvalidArgument, "\"text\" holds a zero byte: that is no text");
  }
  return draft;
}

}  // namespace

/// What the page wants written, once its text is the one that is applied.
Result<json> Server::Impl::save_draft(const json& body) {
  Draft draft = TRY(draft_in(body));
  json applied = TRY(options.playground->applied_text(draft.node));
  if (applied.at("text") != draft.before) {
    return base::error(Code::kFailedPrecondition,
                       "{} was applied anew since this draft was begun: discard it and begin on "
                       "the text as it is now",
                       draft.node);
  }
  if (applied.at("file").is_string()) draft.file = applied.at("file");
  return as_statement(
      body, [&](const std::stop_token& stop) { return drafts.save(std::move(draft), stop); });
}

void Server::Impl::add_draft_routes() {
  // A browser's cookie is no watch: what it said would be shown as a terminal's word.
  auto is_terminal = [this](const Request& request) -> base::Status {
    if (access.has_token(request.get_header_value("Authorization"))) return {};
    return base::error(Code::kPermissionDenied, "only `hriste watch` may ask this, with the token");
  };
  get("/v1/watch", [this](const Request&) { return drafts.state(); });
  post("/v1/drafts", [this](const Request&, const json& body) { return save_draft(body); });
  post("/v1/watch", [this, is_terminal](const Request& request, const json& body) -> Result<json> {
    TRY(is_terminal(request));
    drafts.tell(body);
    return json::object();
  });
  post("/v1/watch/next", [this, is_terminal](const Request& request, const json&) -> Result<json> {
    TRY(is_terminal(request));
    RunningQueries::Entry entry(queries, "");  // ends with the daemon, and with the watch
    ClientWatch::Scope watched(watch, HttpServer::current_socket(), entry.source());
    return drafts.next(kAskAgainAfter, entry.stop());
  });
  post("/v1/watch/answer",
       [this, is_terminal](const Request& request, const json& body) -> Result<json> {
         TRY(is_terminal(request));
         const json refused = body.value("refused", json());
         if (refused.is_string()) {
           drafts.answer(body.value("id", std::int64_t{0}),
                         base::error(Code::kFailedPrecondition, "{}", refused.get<std::string>()));
         } else {
           drafts.answer(body.value("id", std::int64_t{0}), body.value("wrote", json::object()));
         }
         return json::object();
       });
}

}  // namespace api
