// Charts as SVG for documents without scripts: the flat keys of a chart over a query's rows.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "notebook/svg_scale_internal.h"

namespace notebook {
namespace {

constexpr double kWidth = 720, kHeight = 280, kLeft = 64, kRight = 12, kTop = 10, kBottom = 46;
constexpr double kPlotWidth = kWidth - kLeft - kRight, kPlotHeight = kHeight - kTop - kBottom;
constexpr std::array<const char*, 8> kColors = {"#1D5BBF", "#9C4F17", "#0B7470", "#6A45B8",
                                                "#7D6000", "#B3261E", "#177245", "#55626F"};
constexpr std::size_t kLabelsMax = 24;
constexpr std::size_t kLevelLetters = 5;  // longer labels are tilted

/// The rows of a chart: x as numbers (places, when it is text), y by series.
class Drawing {
 public:
  Drawing(const json& chart, const json& columns, const json& rows)
      : type_(chart.value("type", "")), rows_(rows) {
    x_ = index_of(columns, chart.value("x", ""));
    color_ = index_of(columns, chart.value("color", ""));
    for (const json& name : chart.value("y", json::array())) {
      y_.push_back(index_of(columns, text_of(name)));
      y_names_.push_back(text_of(name));
    }
    std::string x_type = x_ ? columns[*x_].value("type", "") : "";
    temporal_ = x_type.starts_with("DATE") || x_type.starts_with("TIMESTAMP");
    bool as_bars = type_ == "bar" || type_ == "heatmap";
    placed_ = as_bars || (!temporal_ && !all_numbers(x_));
    title_ = chart.value("title", "");
  }

  std::string draw() {
    if (type_ == "heatmap") return heatmap();
    collect();
    if (series_.empty()) return {};
    if (type_ == "bar" || type_ == "area") y_range_.add(0);
    y_range_.round();
    if (placed_) x_range_ = {-0.5, static_cast<double>(places_.size()) - 0.5, false};
    if (x_range_.high == x_range_.low) x_range_.high += 1;
    std::string body = y_axis() + x_axis();
    for (std::size_t i = 0; i < series_.size(); ++i) body += marks(i);
    return svg(body) + legend();
  }

  static std::optional<std::size_t> index_of(const json& columns, const std::string& name) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!name.empty() && columns[i].value("name", "") == name) return i;
    }
    return std::nullopt;
  }

 private:
  struct Point {
    double x, y;
  };
  struct Series {
    std::string name;
    std::vector<Point> points;
  };

  bool all_numbers(std::optional<std::size_t> column) const {
    return column && std::ranges::all_of(rows_, [&](const json& row) {
             return row[*column].is_null() || number_of(row[*column]).has_value();
           });
  }

  std::optional<double> x_of(const json& row) {
    if (!x_) return std::nullopt;
    const json& value = row[*x_];
    if (placed_) return place(places_, place_names_, text_of(value));
    return temporal_ && value.is_string() ? instant_of(value) : number_of(value);
  }
  static double place(std::map<std::string, std::size_t>& places, std::vector<std::string>& names,
                      const std::string& name) {
    auto [found, added] = places.emplace(name, names.size());
    if (added) names.push_back(name);
    return static_cast<double>(found->second);
  }

  void collect() {
    for (const json& row : rows_) {
      auto x = x_of(row);
      if (!x) continue;
      for (std::size_t i = 0; i < y_.size(); ++i) {
        if (!y_[i]) continue;
        auto y = number_of(row[*y_[i]]);
        if (!y) continue;
        std::string name = color_ ? text_of(row[*color_]) : y_names_[i];
        auto at = std::ranges::find(series_, name, &Series::name);
        if (at == series_.end()) at = series_.insert(at, {name, {}});
        at->points.push_back({*x, *y});
        x_range_.add(*x);
        y_range_.add(*y);
      }
    }
  }

  double px(double x) const { return kLeft + x_range_.part(x) * kPlotWidth; }
  double py(double y) const { return kTop + (1 - y_range_.part(y)) * kPlotHeight; }

  std::string y_axis() const {
    std::string axis;
    double step = nice_step(y_range_.high - y_range_.low);
    for (int i = 0; i <= 2 * kTicks + 2; ++i) {
      double value = y_range_.low + i * step;
      if (value > y_range_.high + step / 2) break;
      axis += fmt::format(
          "<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/><text x=\"{}\" "
          "y=\"{:.1f}\" text-anchor=\"end\">{}</text>",
          kLeft, kWidth - kRight, py(value), py(value), kLeft - 6, py(value) + 4,
          short_number(std::abs(value) < step * 1e-9 ? 0 : value));
    }
    return axis;
  }

  std::string x_axis() const {
    std::string axis;
    if (placed_) {
      bool tilted = std::ranges::any_of(
          place_names_, [](const std::string& name) { return name.size() > kLevelLetters; });
      std::size_t every = (place_names_.size() + kLabelsMax - 1) / kLabelsMax;
      for (std::size_t i = 0; i < place_names_.size(); i += std::max<std::size_t>(every, 1)) {
        axis += x_label(px(static_cast<double>(i)), place_names_[i], tilted);
      }
      return axis;
    }
    for (int i = 0; i <= kTicks; ++i) {
      double value = x_range_.low + (x_range_.high - x_range_.low) * i / kTicks;
      axis += x_label(
          px(value),
          temporal_ ? short_instant(value, x_range_.high - x_range_.low) : short_number(value),
          false, i == kTicks);
    }
    return axis;
  }

  static std::string x_label(double x, std::string label, bool tilted, bool last = false) {
    constexpr std::size_t kLetters = 14;
    std::size_t bytes = 0, letters = 0;
    for (; bytes < label.size(); ++bytes) {
      if ((static_cast<unsigned char>(label[bytes]) & 0xC0) != 0x80 && ++letters > kLetters) break;
    }
    if (bytes < label.size()) label = label.substr(0, bytes) + "…";
    double y = kTop + kPlotHeight + 14;
    std::string turn = tilted ? fmt::format(" transform=\"rotate(-25 {:.1f} {:.1f})\"", x, y) : "";
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>", x, y,
                       tilted || last ? "end" : "middle", turn, escape_html(label));
  }

  std::string marks(std::size_t index) const {
    const Series& series = series_[index];
    const char* color = kColors[index % kColors.size()];
    if (type_ == "bar") return bars(index, color);
    std::string marks, path;
    for (const Point& p : series.points) {
      if (type_ == "scatter") {
        marks += fmt::format(
            "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\" fill=\"{}\" fill-opacity=\".6\"/>",
            px(p.x), py(p.y), color);
      } else {
        path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", px(p.x), py(p.y));
      }
    }
    if (path.empty()) return marks;
    if (type_ == "area") {
      double base = py(std::clamp(0.0, y_range_.low, y_range_.high));
      marks = fmt::format(
          "<path d=\"{}L{:.1f} {:.1f}L{:.1f} {:.1f}Z\" fill=\"{}\" fill-opacity=\".25\"/>", path,
          px(series.points.back().x), base, px(series.points.front().x), base, color);
    }
    return marks + fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"/>",
                               path, color);
  }

  /// Bars of several series stand side by side.
  std::string bars(std::size_t index, const char* color) const {
    double slot = kPlotWidth / static_cast<double>(std::max<std::size_t>(places_.size(), 1));
    double width = slot * 0.8 / static_cast<double>(series_.size());
    double zero = py(0);
    std::string marks;
    for (const Point& p : series_[index].points) {
      double left = px(p.x) - slot * 0.4 + width * static_cast<double>(index), top = py(p.y);
      marks += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>", left,
          std::min(top, zero), std::max(width, 0.5), std::abs(zero - top), color);
    }
    return marks;
  }

  std::string heatmap() {
    std::map<std::string, std::size_t> y_places;
    std::vector<std::string> y_names;
    struct Field {
      double x, y, value;
    };
    std::vector<Field> fields;
    Range range;
    for (const json& row : rows_) {
      auto x = x_of(row);
      auto value = color_ ? number_of(row[*color_]) : std::nullopt;
      if (!x || !value || y_.empty() || !y_[0]) continue;
      fields.push_back({*x, place(y_places, y_names, text_of(row[*y_[0]])), *value});
      range.add(*value);
    }
    if (fields.empty()) return {};
    x_range_ = {-0.5, static_cast<double>(places_.size()) - 0.5, false};
    double width = kPlotWidth / static_cast<double>(places_.size());
    double height = kPlotHeight / static_cast<double>(y_names.size());
    std::string body = x_axis();
    for (const Field& f : fields) {
      body += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"#1D5BBF\" "
          "fill-opacity=\"{:.3f}\"><title>{}</title></rect>",
          kLeft + f.x * width, kTop + f.y * height, width, height,
          0.06 + 0.94 * range.part(f.value), short_number(f.value));
    }
    for (std::size_t i = 0; i < y_names.size(); ++i) {
      body +=
          fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>", kLeft - 6,
                      kTop + (static_cast<double>(i) + 0.5) * height + 4, escape_html(y_names[i]));
    }
    return svg(body);
  }

  std::string svg(const std::string& body) const {
    return fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">{}</svg>", kWidth,
                       kHeight, escape_html(title_.empty() ? type_ : title_), body);
  }

  std::string legend() const {
    if (series_.size() < 2) return {};
    std::string legend = "<p class=\"legend\">";
    for (std::size_t i = 0; i < series_.size(); ++i) {
      legend += fmt::format("<span><i style=\"background:{}\"></i>{}</span> ",
                            kColors[i % kColors.size()], escape_html(series_[i].name));
    }
    return legend + "</p>";
  }

  std::string type_, title_;
  const json& rows_;
  std::optional<std::size_t> x_, color_;
  std::vector<std::optional<std::size_t>> y_;
  std::vector<std::string> y_names_;
  bool temporal_ = false, placed_ = false;
  std::map<std::string, std::size_t> places_;
  std::vector<std::string> place_names_;
  std::vector<Series> series_;
  Range x_range_, y_range_;
};

}  // namespace

std::string chart_svg(const json& chart, const json& columns, const json& rows) {
  if (rows.empty()) return "<p class=\"note\">No rows.</p>";
  json drawn = chart;
  std::string type = chart.value("type", "");
  if (type == "number") {
    auto column = Drawing::index_of(columns, text_of(chart.value("y", json::array({""})).at(0)));
    return column
               ? fmt::format("<p class=\"figure\">{}</p>", escape_html(text_of(rows[0][*column])))
               : "<p class=\"note\">No such column.</p>";
  }
  if (type == "kraj") {  // the map is the page's; here its values stand side by side
    drawn["type"] = "bar";
    drawn["y"] = json::array({chart.value("color", "")});
    drawn["color"] = "";
  }
  std::string svg = Drawing(drawn, columns, rows).draw();
  return svg.empty() ? "<p class=\"note\">Nothing to draw.</p>" : svg;
}

}  // namespace notebook
