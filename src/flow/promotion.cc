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

/// The candidate's file and the champion, measured on the same rows.
struct Match {
  ml::Metrics mine, theirs;
  std::string no_match;  ///< why the champion can't predict these rows; empty: it can
};

Result<Match> play(const Workshop& shop, const Candidate& candidate, int champion,
                   std::stop_token stop) {
  std::vector<ml::LinearForm> forms{TRY(ml::read_onnx(candidate.onnx)).form};
  Match match;
  if (champion > 0) {
    auto version = TRY(shop.store.version(candidate.registry, std::to_string(champion)));
    auto model = TRY(ml::load_model(shop.env, shop.store.artifact_folder(version.run_id)));
    auto form = ml::bind(model, candidate.features);
    if (form) {
      forms.push_back(std::move(*form));
    } else {
      match.no_match = form.error().message;
    }
  }
  auto measured =
      TRY(ml::evaluate(shop.lake, candidate.features, forms, candidate.model.split, {}, stop));
  match.mine = measured[0].test;
  if (measured.size() > 1) match.theirs = measured[1].test;
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
  auto parity =
      TRY(ml::check_parity(shop.lake, candidate.features, candidate.model, candidate.onnx, stop));
  decision.facts = {{"parity", parity.worst}, {"parity_rows", parity.rows}};
  if (!parity.holds()) {
    decision.reason =
        fmt::format("its ONNX file differs from the model by {:.3g} (at most 1e-9)", parity.worst);
    return decision;
  }
  std::string metric = TRY(metric_name(shop.store, candidate.registry));
  auto match = TRY(play(shop, candidate, decision.champion, stop));
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
