// Models as ONNX, written and read without a library: Gather (the features that the model uses)
// → MatMul → Add, all in double.
//
//   input  features   double [N, columns of the feature table, in its order]
//   output predicted  double [N, 1]
//
// metadata_props: "hriste.features" (the columns, a JSON list), "hriste.model" (name). Read by
// every runtime of opset 13 and up. Source: onnx.proto3 of the ONNX project, IR version 8.
#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "ml/model.h"

namespace ml {

/// The same model gives the same bytes.
std::string onnx_bytes(const Model& model);

/// A file of onnx_bytes: evaluated from its own nodes and initialisers, not from the model that it
/// was made of.
struct OnnxModel {
  std::vector<std::string> columns;  ///< of the input
  LinearForm form;
};
/// Errors: kDataLoss: no ONNX file, cut off; kUnimplemented: another graph than ours (node named).
base::Result<OnnxModel> read_onnx(std::string_view bytes);

/// How far a file's predictions are from the model's.
struct Parity {
  std::int64_t rows = 0;
  double worst = 0;  ///< the largest |a − b| / max(1, |b|)
  bool holds() const { return worst <= 1e-9; }
};
/// Compares them block by block. Owned by one thread.
class ParityCheck {
 public:
  /// Errors: as bind and read_onnx; kFailedPrecondition: the file's input isn't the table's.
  static base::Result<ParityCheck> create(const FeatureTable& table, const Model& model,
                                          std::string_view onnx);
  void add(const Rows& rows);
  const Parity& result() const { return parity_; }

 private:
  ParityCheck(LinearForm ours, LinearForm theirs)
      : ours_(std::move(ours)), theirs_(std::move(theirs)) {}
  LinearForm ours_, theirs_;
  Parity parity_;
  std::vector<double> a_, b_;
};

/// Over all rows of `table`. Errors: as bind, read_onnx, read_rows.
base::Result<Parity> check_parity(lake::Lake& lake, const FeatureTable& table, const Model& model,
                                  std::string_view onnx, std::stop_token stop = {});

}  // namespace ml
