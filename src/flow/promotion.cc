#include "flow/promotion.h"

#include <algorithm>

#include "ml/onnx.h"

namespace flow {

using base::Result;
using tracking::Decision;

namespace {

/// Scores that differ by less than this are the same score, rounded in another order.
constexpr double kTie = 1e-9;

double metric_of(const ml::Metrics& metrics, const std::string& name) {
  return name == "mae" ? metrics.mae : name == "r2" ? metrics.r2 : metrics.rmse;
}

bool beats(double mine, double theirs, const std::string& metric) {
  double margin = kTie * std::max(std::abs(mine), std::abs(theirs));
  return metric == "r2" ? mine > theirs + margin : mine < theirs - margin;
}

Result<std::string> metric_name(tracking::Store& store, const std::string& model) {
  for (const auto& known : TRY(store.models())) {
    if (known.name == model) return known.metric;
  }
  return base::error(base::Code::kFailedPrecondition, "model \"{}\" does not exist", model);
}

/// The candidate's file against the model that it is to be, and the champion on the same rows.
struct Match {
  ml::Parity parity;
  ml::Metrics mine, theirs;
  std::string no_match;  ///< why the champion can't predict these rows; empty: it can
};

/// The champion's form for these rows, where there is one that fits them.
Result<std::vector<ml::LinearForm>> champion_form(const Workshop& shop, const Candidate& candidate,
                                                  int champion, std::string& no_match) {
  if (champion == 0) return {};
  auto version = TRY(shop.store.version(candidate.registry, std::to_string(champion)));
  auto model = TRY(ml::load_model(shop.env, shop.store.artifact_folder(version.run_id)));
  auto form = ml::bind(model, candidate.rows.table());
  if (form) return std::vector{std::move(*form)};
  no_match = form.error().message;
  return {};
}

Result<Match> play(const Workshop& shop, const Candidate& candidate, int champion,
                   std::stop_token stop) {
  // The candidate was measured when it was trained; its file need only say the same.
  Match match{.parity = {}, .mine = candidate.model.test, .theirs = {}, .no_match = {}};
  auto check =
      TRY(ml::ParityCheck::create(candidate.rows.table(), candidate.model, candidate.onnx));
  auto forms = TRY(champion_form(shop, candidate, champion, match.no_match));
  bool opponent = !forms.empty();
  ml::Evaluator evaluator(std::move(forms), candidate.model.split);
  auto add = [&](ml::Rows& rows) -> base::Status {
    check.add(rows);
    if (opponent) evaluator.add(rows);
    return {};
  };
  TRY(candidate.rows.pass(add, std::move(stop)));
  match.parity = check.result();
  if (opponent) match.theirs = evaluator.result()[0].test;
  return match;
}

std::string sentence(const Match& match, int champion, bool promoted, const std::string& metric) {
  double mine = metric_of(match.mine, metric);
  if (champion == 0)
    return fmt::format("the first version that holds: test {} {:.6g}", metric, mine);
  if (!match.no_match.empty()) {
    return fmt::format("version {} can't predict these rows: {}", champion, match.no_match);
  }
  return fmt::format("test {} {:.10g} {} version {}'s {:.10g} on the same {} rows", metric, mine,
                     promoted ? "beats" : "does not beat", champion,
                     metric_of(match.theirs, metric), match.mine.rows);
}

}  // namespace

Result<Decision> decide(const Workshop& shop, const Candidate& candidate, std::stop_token stop) {
  Decision decision;
  if (auto now = shop.store.version(candidate.registry, tracking::kChampion)) {
    decision.champion = now->version;
  } else if (now.error().code != base::Code::kNotFound) {
    return std::unexpected(now.error());
  }
  auto match = TRY(play(shop, candidate, decision.champion, std::move(stop)));
  const ml::Parity& parity = match.parity;
  decision.facts = {{"parity", parity.worst}, {"parity_rows", parity.rows}};
  if (!parity.holds()) {
    decision.reason =
        fmt::format("its ONNX file differs from the model by {:.3g} (at most 1e-9)", parity.worst);
    return decision;
  }
  std::string metric = TRY(metric_name(shop.store, candidate.registry));
  double mine = metric_of(match.mine, metric), theirs = metric_of(match.theirs, metric);
  bool alone = decision.champion == 0 || !match.no_match.empty();
  decision.promoted = alone || beats(mine, theirs, metric);
  decision.reason = sentence(match, decision.champion, decision.promoted, metric);
  decision.facts[metric] = mine;
  decision.facts["rows"] = match.mine.rows;
  if (!alone) decision.facts["champion_" + metric] = theirs;
  return decision;
}

}  // namespace flow
