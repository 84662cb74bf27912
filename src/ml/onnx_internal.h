// Numbers of onnx.proto3 that writer and reader share. Stays inside ml.
#pragma once

#include <cstdint>

namespace ml::onnx {

inline constexpr std::uint64_t kIrVersion = 8, kOpset = 13;
inline constexpr std::uint64_t kInt64 = 7, kDouble = 11;  // TensorProto.DataType
inline constexpr std::uint64_t kAttributeInt = 2;         // AttributeProto.AttributeType

// ModelProto
inline constexpr int kModelIr = 1, kModelProducer = 2, kModelGraph = 7, kModelOpset = 8,
                     kModelProperties = 14;
inline constexpr int kOpsetVersion = 2, kPropertyKey = 1, kPropertyValue = 2;
// GraphProto
inline constexpr int kGraphNode = 1, kGraphName = 2, kGraphInitializer = 5, kGraphInput = 11,
                     kGraphOutput = 12;
// NodeProto
inline constexpr int kNodeInput = 1, kNodeOutput = 2, kNodeName = 3, kNodeType = 4,
                     kNodeAttribute = 5;
inline constexpr int kAttributeName = 1, kAttributeI = 3, kAttributeType = 20;
// TensorProto
inline constexpr int kTensorDims = 1, kTensorType = 2, kTensorName = 8, kTensorRaw = 9;
// ValueInfoProto, TypeProto, TypeProto.Tensor, TensorShapeProto, its Dimension
inline constexpr int kValueName = 1, kValueType = 2, kTypeTensor = 1, kTensorElement = 1,
                     kTensorShape = 2, kShapeDim = 1, kDimValue = 1, kDimParam = 2;

inline constexpr const char* kFeaturesProperty = "hriste.features";
inline constexpr const char* kModelProperty = "hriste.model";

}  // namespace ml::onnx
