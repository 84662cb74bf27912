// An ONNX file from a stranger: refused, or a model whose columns are there.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ml/onnx.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto model = ml::read_onnx({reinterpret_cast<const char*>(data), size});
  if (!model) return 0;
  for (std::size_t column : model->form.columns) {
    if (column >= model->columns.size()) std::abort();
  }
  if (model->form.columns.size() != model->form.weights.size()) std::abort();
  return 0;
}
