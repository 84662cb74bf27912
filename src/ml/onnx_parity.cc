// How far the predictions of a model and of its ONNX file are from each other.
#include <cmath>

#include "ml/onnx.h"
#include "ml/rows.h"

namespace ml {

using base::Code;
using base::Result;
using base::Status;

Result<ParityCheck> ParityCheck::create(const FeatureTable& table, const Model& model,
                                        std::string_view onnx) {
  LinearForm ours = TRY(bind(model, table));
  OnnxModel theirs = TRY(read_onnx(onnx));
  if (theirs.columns != table.columns) {
    return base::error(Code::kFailedPrecondition,
                       "{}@{} has other features than the ONNX file's input", table.table,
                       table.version);
  }
  return ParityCheck(std::move(ours), std::move(theirs.form));
}

void ParityCheck::add(const Rows& rows) {
  a_.resize(rows.count);
  b_.resize(rows.count);
  ours_.apply(rows, a_);
  theirs_.apply(rows, b_);
  for (std::size_t i = 0; i < rows.count; ++i) {
    double apart = std::abs(a_[i] - b_[i]) / std::max(1.0, std::abs(b_[i]));
    // What can't be compared (a weight that is no number) is as far as can be.
    parity_.worst = std::isfinite(apart) ? std::max(parity_.worst, apart) : HUGE_VAL;
  }
  parity_.rows += static_cast<std::int64_t>(rows.count);
}

Result<Parity> check_parity(lake::Lake& lake, const FeatureTable& table, const Model& model,
                            std::string_view onnx, std::stop_token stop) {
  auto check = TRY(ParityCheck::create(table, model, onnx));
  auto add = [&](Rows& rows) -> Status {
    check.add(rows);
    return {};
  };
  TRY(read_rows(lake, table, add, std::move(stop)));
  return check.result();
}

}  // namespace ml
