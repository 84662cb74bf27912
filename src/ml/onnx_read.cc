#include <cstring>
#include <map>

#include "ml/onnx.h"
#include "ml/onnx_internal.h"
#include "ml/protobuf_internal.h"

namespace ml {
namespace {

using namespace onnx;  // NOLINT: names of the format
using base::Code;
using base::Result;
using base::Status;

struct Node {
  std::string type;
  std::vector<std::string> inputs, outputs;
  std::map<std::string, std::uint64_t> attributes;
};

struct Tensor {
  std::uint64_t type = 0;
  std::vector<std::uint64_t> dims;
  std::string_view raw;
};

struct Graph {
  std::vector<Node> nodes;
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> properties;
  std::vector<std::string> outputs;
};

/// Calls `on_field` for each field of the message.
template <typename OnField>
Status each(std::string_view bytes, OnField on_field) {
  ProtoReader reader(bytes);
  while (auto field = reader.next()) TRY(on_field(*field));
  if (reader.damaged()) return base::error(Code::kDataLoss, "damaged or cut off ONNX file");
  return {};
}

Status read_attribute(std::string_view bytes, Node& node) {
  std::string name;
  std::uint64_t value = 0;
  TRY(each(bytes, [&](const ProtoField& f) -> Status {
    if (f.field == kAttributeName) name = f.text;
    if (f.field == kAttributeI) value = f.number;
    return {};
  }));
  node.attributes[name] = value;
  return {};
}

Result<Node> read_node(std::string_view bytes) {
  Node node;
  TRY(each(bytes, [&](const ProtoField& f) -> Status {
    if (f.field == kNodeInput) node.inputs.emplace_back(f.text);
    if (f.field == kNodeOutput) node.outputs.emplace_back(f.text);
    if (f.field == kNodeType) node.type = f.text;
    if (f.field == kNodeAttribute) return read_attribute(f.text, node);
    return {};
  }));
  return node;
}

Status read_tensor(std::string_view bytes, Graph& graph) {
  Tensor tensor;
  std::string name;
  TRY(each(bytes, [&](const ProtoField& f) -> Status {
    if (f.field == kTensorDims) tensor.dims.push_back(f.number);
    if (f.field == kTensorType) tensor.type = f.number;
    if (f.field == kTensorName) name = f.text;
    if (f.field == kTensorRaw) tensor.raw = f.text;
    return {};
  }));
  graph.tensors[name] = std::move(tensor);
  return {};
}

Status read_output(std::string_view bytes, Graph& graph) {
  return each(bytes, [&](const ProtoField& f) -> Status {
    if (f.field == kValueName) graph.outputs.emplace_back(f.text);
    return {};
  });
}

Status read_graph(std::string_view bytes, Graph& graph) {
  return each(bytes, [&](const ProtoField& f) -> Status {
    if (f.field == kGraphNode) graph.nodes.push_back(TRY(read_node(f.text)));
    if (f.field == kGraphInitializer) return read_tensor(f.text, graph);
    if (f.field == kGraphOutput) return read_output(f.text, graph);
    return {};
  });
}

Status read_property(std::string_view bytes, Graph& graph) {
  std::string key, value;
  TRY(each(bytes, [&](const ProtoField& f) -> Status {
    if (f.field == kPropertyKey) key = f.text;
    if (f.field == kPropertyValue) value = f.text;
    return {};
  }));
  graph.properties[key] = std::move(value);
  return {};
}

Result<Graph> read_model(std::string_view bytes) {
  Graph graph;
  TRY(each(bytes, [&](const ProtoField& f) -> Status {
    if (f.field == kModelGraph) return read_graph(f.text, graph);
    if (f.field == kModelProperties) return read_property(f.text, graph);
    return {};
  }));
  return graph;
}

/// The values of an initialiser of `type` with `dims`.
template <typename T>
Result<std::vector<T>> values_of(const Graph& graph, const std::string& name, std::uint64_t type) {
  auto found = graph.tensors.find(name);
  if (found == graph.tensors.end()) {
    return base::error(Code::kDataLoss, "ONNX file: initialiser {} is missing", name);
  }
  const Tensor& tensor = found->second;
  std::vector<T> values(tensor.raw.size() / sizeof(T));
  std::uint64_t size = 1;
  for (std::uint64_t dim : tensor.dims) size *= dim;
  if (tensor.type != type || tensor.raw.size() % sizeof(T) != 0 || size != values.size()) {
    return base::error(Code::kDataLoss, "ONNX file: initialiser {} has another type or size", name);
  }
  // An empty tensor has no bytes to copy, and no place for them.
  if (!values.empty()) std::memcpy(values.data(), tensor.raw.data(), tensor.raw.size());
  return values;
}

/// Gather(features, columns) → MatMul(·, weights) → Add(·, intercept) → the output.
Status check_chain(const Graph& graph) {
  constexpr std::string_view kTypes[] = {"Gather", "MatMul", "Add"};
  if (graph.nodes.size() != 3 || graph.outputs.size() != 1) {
    return base::error(Code::kUnimplemented, "ONNX file: {} nodes, and ours have 3",
                       graph.nodes.size());
  }
  std::string before = "features";
  for (std::size_t i = 0; i < 3; ++i) {
    const Node& node = graph.nodes[i];
    bool fits = node.type == kTypes[i] && node.inputs.size() == 2 && node.inputs[0] == before &&
                node.outputs.size() == 1;
    if (!fits) {
      return base::error(Code::kUnimplemented, "ONNX file: node {} is {}, and not the {} of ours",
                         i, node.type, kTypes[i]);
    }
    before = node.outputs[0];
  }
  auto axis = graph.nodes[0].attributes.find("axis");
  if (axis == graph.nodes[0].attributes.end() || axis->second != 1 || graph.outputs[0] != before) {
    return base::error(Code::kUnimplemented, "ONNX file: the nodes are put together otherwise");
  }
  return {};
}

Result<std::vector<std::string>> columns_of(const Graph& graph) {
  auto found = graph.properties.find(kFeaturesProperty);
  std::string text = found == graph.properties.end() ? "" : found->second;
  auto json = nlohmann::json::parse(text, nullptr, false);
  std::vector<std::string> columns;
  bool good = json.is_array();
  for (std::size_t i = 0; good && i < json.size(); ++i) {
    good = json[i].is_string();
    if (good) columns.push_back(json[i].get<std::string>());
  }
  if (good) return columns;
  return base::error(Code::kDataLoss, "ONNX file: {} is no list of columns", kFeaturesProperty);
}

}  // namespace

Result<OnnxModel> read_onnx(std::string_view bytes) {
  Graph graph = TRY(read_model(bytes));
  TRY(check_chain(graph));
  OnnxModel model{.columns = TRY(columns_of(graph)), .form = {}};
  auto columns = TRY(values_of<std::int64_t>(graph, graph.nodes[0].inputs[1], kInt64));
  model.form.weights = TRY(values_of<double>(graph, graph.nodes[1].inputs[1], kDouble));
  auto intercept = TRY(values_of<double>(graph, graph.nodes[2].inputs[1], kDouble));
  if (intercept.size() != 1 || columns.size() != model.form.weights.size()) {
    return base::error(Code::kDataLoss, "ONNX file: the initialisers' sizes don't fit");
  }
  model.form.intercept = intercept[0];
  for (std::int64_t column : columns) {
    if (column < 0 || column >= std::ssize(model.columns)) {
      return base::error(Code::kDataLoss, "ONNX file: there is no column {}", column);
    }
    model.form.columns.push_back(static_cast<std::size_t>(column));
  }
  return model;
}

}  // namespace ml
