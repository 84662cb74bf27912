#include <algorithm>
#include <bit>

#include "ml/onnx.h"
#include "ml/onnx_internal.h"
#include "ml/protobuf_internal.h"

namespace ml {
namespace {

using namespace onnx;  // NOLINT: names of the format

template <typename T>
std::string little_endian(const std::vector<T>& values) {
  static_assert(std::endian::native == std::endian::little && sizeof(T) == 8);
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

ProtoWriter tensor(std::string_view name, std::uint64_t type, std::vector<std::uint64_t> dims,
                   const std::string& raw) {
  ProtoWriter out;
  for (std::uint64_t dim : dims) out.number(kTensorDims, dim);
  return out.number(kTensorType, type).text(kTensorName, name).text(kTensorRaw, raw);
}

/// A matrix of doubles with any number of rows.
ProtoWriter value(std::string_view name, std::uint64_t columns) {
  ProtoWriter rows, width, shape, element, type, out;
  rows.text(kDimParam, "rows");
  width.number(kDimValue, columns);
  shape.message(kShapeDim, rows).message(kShapeDim, width);
  element.number(kTensorElement, kDouble).message(kTensorShape, shape);
  type.message(kTypeTensor, element);
  return out.text(kValueName, name).message(kValueType, type);
}

ProtoWriter node(std::string_view type, std::string_view first, std::string_view second,
                 std::string_view output) {
  ProtoWriter out;
  out.text(kNodeInput, first).text(kNodeInput, second).text(kNodeOutput, output);
  return out.text(kNodeName, output).text(kNodeType, type);
}

ProtoWriter gather_node() {
  ProtoWriter axis;
  axis.text(kAttributeName, "axis").number(kAttributeI, 1).number(kAttributeType, kAttributeInt);
  return node("Gather", "features", "columns", "used").message(kNodeAttribute, axis);
}

ProtoWriter graph(const Model& model) {
  std::vector<std::int64_t> columns;
  std::vector<double> weights;
  for (const auto& c : model.coefficients) {
    auto found = std::ranges::find(model.columns, c.feature);
    CHECK(found != model.columns.end(), "{} is none of the model's columns", c.feature);
    columns.push_back(found - model.columns.begin());
    weights.push_back(c.value);
  }
  std::uint64_t used = columns.size();
  ProtoWriter out;
  out.message(kGraphNode, gather_node())
      .message(kGraphNode, node("MatMul", "used", "weights", "effects"))
      .message(kGraphNode, node("Add", "effects", "intercept", "predicted"))
      .text(kGraphName, model.name)
      .message(kGraphInitializer, tensor("columns", kInt64, {used}, little_endian(columns)))
      .message(kGraphInitializer, tensor("weights", kDouble, {used, 1}, little_endian(weights)))
      .message(kGraphInitializer, tensor("intercept", kDouble, {1},
                                         little_endian(std::vector<double>{model.intercept.value})))
      .message(kGraphInput, value("features", model.columns.size()))
      .message(kGraphOutput, value("predicted", 1));
  return out;
}

ProtoWriter property(std::string_view key, std::string_view text) {
  ProtoWriter out;
  return out.text(kPropertyKey, key).text(kPropertyValue, text);
}

}  // namespace

std::string onnx_bytes(const Model& model) {
  ProtoWriter opset, out;
  opset.number(kOpsetVersion, kOpset);
  out.number(kModelIr, kIrVersion)
      .text(kModelProducer, "hriste")
      .message(kModelGraph, graph(model))
      .message(kModelOpset, opset)
      .message(kModelProperties, property(kModelProperty, model.name))
      .message(kModelProperties, property(kFeaturesProperty, nlohmann::json(model.columns).dump()));
  return out.bytes();
}

}  // namespace ml
