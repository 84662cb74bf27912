#include "grade/key_views.h"

namespace grade {

namespace {

constexpr std::int64_t kOutlierHundredths = 50'000;  // 500 ms

// `Get` is a lambda without captures, so it can be made anew inside of a plain function.
template <typename T, typename Get>
typename Shape<T>::Field field(std::string name, Form form, Get, bool summed = false) {
  return {.column = {.name = std::move(name), .form = form, .summed = summed},
          .cell = [](const T& row) { return Get{}(row); }};
}

HashedText only_hash(std::uint64_t hash) {
  HashedText text;
  text.hash = hash;
  return text;
}

}  // namespace

ViewTexts::ViewTexts(const world::World& world) : world_(world) {
  for (const world::UserAgent& agent : world.user_agents()) {
    agents_.push_back({HashedText(agent.text), HashedText(agent.browser), HashedText(agent.os),
                       HashedText(agent.device)});
  }
  for (std::string_view method : kMethods) methods_.emplace_back(method);
  shop_hash_ = Cell::hash_of(world.uri(-1, 0));
  for (std::int64_t product = 0; product < world.settings().products; ++product) {
    for (int page = 0; page < 3; ++page) {
      uri_hashes_.push_back(Cell::hash_of(world.uri(product, page)));
    }
  }
}

const ViewRow& ViewRows::row(const SilverView& view) {
  row_.method = texts_.method(view.method);
  row_.agent = &texts_.agent(view.agent);
  row_.local_ms = clock_.local_ms(view.event_time_ms);
  row_.uri = only_hash(texts_.uri_hash(view.product, view.page));
  if (with_texts_) {
    uri_ = texts_.world().uri(view.product, view.page);
    row_.uri.text = uri_;
  }
  if (view.has_ip && (ip_.empty() || row_.view.ip != view.ip || !row_.view.has_ip)) {
    ip_ = world::ip_text(view.ip);
    row_.ip = HashedText(ip_);
  }
  row_.view = view;
  return row_;
}

Shape<ViewRow> silver_view_shape() {
  using R = ViewRow;
  std::vector<Shape<R>::Field> fields{
      field<R>("event_id", Form::kInt, [](const R& r) { return Cell::of(r.view.event_id); }),
      field<R>("event_time", Form::kInstant,
               [](const R& r) { return Cell::of(r.view.event_time_ms * 1000); }),
      field<R>(
          "user_id", Form::kInt, [](const R& r) { return Cell::of(r.view.user_id); }, true),
      field<R>("http_method", Form::kText, [](const R& r) { return r.method.cell(); }),
      field<R>("uri", Form::kText, [](const R& r) { return r.uri.cell(); }),
      field<R>("client_ip", Form::kText,
               [](const R& r) { return r.view.has_ip ? r.ip.cell() : Cell(); }),
      field<R>("client_ip_repaired", Form::kFlag,
               [](const R& r) { return Cell::flag(r.view.repaired); }),
      field<R>("user_agent", Form::kText, [](const R& r) { return r.agent->text.cell(); }),
      field<R>(
          "latency", Form::kReal,
          [](const R& r) { return Cell::of(static_cast<double>(r.view.latency_hundredths) / 100); },
          true),
      field<R>(
          "is_outlier", Form::kFlag,
          [](const R& r) { return Cell::flag(r.view.latency_hundredths >= kOutlierHundredths); }),
      field<R>("browser", Form::kText, [](const R& r) { return r.agent->browser.cell(); }),
      field<R>("os", Form::kText, [](const R& r) { return r.agent->os.cell(); }),
      field<R>("device", Form::kText, [](const R& r) { return r.agent->device.cell(); }),
      field<R>("local_time", Form::kInstant,
               [](const R& r) { return Cell::of(r.local_ms * 1000); }),
      field<R>("day_of_week", Form::kInt,
               [](const R& r) { return Cell::of(day_of_week(floor_div(r.local_ms, kDayMs))); }),
      field<R>("after_dark", Form::kFlag,
               [](const R& r) { return Cell::flag(r.view.after_dark); })};
  return {"silver", "pageviews", 1, std::move(fields)};
}

Shape<VisitRow> visit_shape() {
  using R = VisitRow;
  Shape<R> shape(
      "gold", "sessions", 3,
      {field<R>("user_id", Form::kInt, [](const R& r) { return Cell::of(r.visit.user_id); }),
       field<R>("user_agent", Form::kText, [](const R& r) { return r.agent.cell(); }),
       field<R>("started_at", Form::kInstant,
                [](const R& r) { return Cell::of(r.visit.started_ms * 1000); }),
       field<R>("ended_at", Form::kInstant,
                [](const R& r) { return Cell::of(r.visit.ended_ms * 1000); }),
       field<R>(
           "pageviews", Form::kInt, [](const R& r) { return Cell::of(r.visit.views); }, true),
       field<R>(
           "star", Form::kInt,
           [](const R& r) {
             return r.visit.star == 0 ? Cell() : Cell::of(std::int64_t{r.visit.star});
           },
           true)});
  return shape;
}

RowSource views_again(const VisitKey& key, const ViewTexts& texts, Shape<ViewRow> shape,
                      std::stop_token stop) {
  return [&key, &texts, shape = std::move(shape), stop](const RowSink& sink) {
    ViewRows rows(texts, true);
    std::vector<Cell> cells;
    return key.read_all(
        [&](const VisitChunk& chunk) {
          for (const SilverView& view : chunk.views) sink(shape.row(rows.row(view), cells));
        },
        stop);
  };
}

RowSource visits_again(const VisitKey& key, const ViewTexts& texts, Shape<VisitRow> shape,
                       std::stop_token stop) {
  return [&key, &texts, shape = std::move(shape), stop](const RowSink& sink) {
    std::vector<Cell> cells;
    return key.read_all(
        [&](const VisitChunk& chunk) {
          for (const Visit& visit : chunk.visits) {
            sink(shape.row({visit, texts.agent(visit.agent).text}, cells));
          }
        },
        stop);
  };
}

}  // namespace grade
