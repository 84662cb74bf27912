#include "ml/score.h"

#include <cmath>

#include "lake/batch_table.h"

namespace ml {
namespace {

model::Schema schema_of(const FeatureTable& table) {
  using model::Type;
  Type target = table.decimal_target ? Type::kDecimal : Type::kDouble;
  return {{{table.names.id, Type::kInt64},
           {table.names.target, target},
           {"predicted", Type::kDouble},
           {"model", Type::kString},
           {"version", Type::kInt64}}};
}

void fill(const ScoreSpec& spec, const std::string& name, const Rows& rows, model::Batch& batch) {
  batch.clear();
  batch.rows = rows.count;
  batch.columns[0].ints = rows.ids;
  if (spec.features.decimal_target) {
    for (double v : rows.target) batch.columns[1].ints.push_back(std::llround(v * 100));
  } else {
    batch.columns[1].doubles = rows.target;
  }
  for (std::size_t i = 0; i < rows.count; ++i) batch.columns[3].add_text(name);
  batch.columns[4].ints.assign(rows.count, spec.version);
}

}  // namespace

base::Result<lake::TableWrite> score(lake::Lake& lake, const ScoreSpec& spec, const Model& model,
                                     std::stop_token stop) {
  LinearForm form = TRY(bind(model, spec.features));
  model::Schema schema = schema_of(spec.features);
  auto table = TRY(lake::BatchTable::create(lake, spec.into, schema));
  model::Batch batch(schema);
  TRY(read_rows(
      lake, spec.features,
      [&](Rows& rows) -> base::Status {
        fill(spec, model.name, rows, batch);
        batch.columns[2].doubles.resize(rows.count);
        form.apply(rows, batch.columns[2].doubles);
        return table->add(batch);
      },
      stop));
  nlohmann::json info{
      {"hriste.model", {{"version", spec.version}, {"model", to_json(model)}}},
      {"hriste.features", {{"table", spec.features.table}, {"version", spec.features.version}}}};
  return table->commit(std::move(info), spec.features.cuts);
}

}  // namespace ml
