// Whether a new model becomes the champion: only when its ONNX file says what the model says, and
// when it beats the champion on the same rows.
#pragma once

#include <stop_token>
#include <string>

#include "flow/training.h"
#include "ml/model.h"
#include "ml/row_source.h"

namespace flow {

struct Candidate {
  const ml::Model& model;
  ml::RowSource& rows;   ///< that it was trained on; those from model.split on decide
  std::string onnx;      ///< the bytes of the file that was written
  std::string registry;  ///< name of the model in the store
};

/// One pass over the rows. `reason` is a sentence with the figures. A champion that can't predict
/// these rows (its features have gone) is beaten. Errors: of reading the rows or the champion's
/// files.
base::Result<tracking::Decision> decide(const Workshop& shop, const Candidate& candidate,
                                        std::stop_token stop);

}  // namespace flow
