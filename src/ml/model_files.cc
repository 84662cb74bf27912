// A model's folder.
#include <unistd.h>

#include <atomic>

#include "ml/model.h"
#include "ml/onnx.h"

namespace ml {
namespace {

using base::Code;

/// Removes what killed calls left beside `folder`.
base::Status remove_leftovers(base::Env& env, const std::string& parent, const std::string& name) {
  for (const auto& entry : TRY(env.list(parent))) {
    if (entry.name.starts_with("." + name + ".tmp")) {
      TRY(env.remove_tree(parent + "/" + entry.name));
    }
  }
  return {};
}

base::Status write_files(base::Env& env, const std::string& folder, const Model& model) {
  TRY(env.make_dirs(folder));
  TRY(env.write_file(folder + "/" + std::string(kModelFile), to_json(model).dump(2) + "\n"));
  return env.write_file(folder + "/" + std::string(kOnnxFile), onnx_bytes(model));
}

}  // namespace

base::Status save_model(base::Env& env, const std::string& folder, const Model& model) {
  static std::atomic<int> counter{0};
  auto slash = folder.rfind('/');
  CHECK(slash != std::string::npos && slash + 1 < folder.size(), "{}", folder);
  std::string parent = folder.substr(0, slash), name = folder.substr(slash + 1);
  if (env.exists(folder)) return base::error(Code::kAlreadyExists, "{} is there already", folder);
  TRY(env.make_dirs(parent));
  TRY(remove_leftovers(env, parent, name));
  std::string made = fmt::format("{}/.{}.tmp{}-{}", parent, name, ::getpid(), counter++);
  auto written = write_files(env, made, model);
  if (written) written = env.publish(made, folder);
  if (!written) (void)env.remove_tree(made);
  return written;
}

base::Result<Model> load_model(base::Env& env, const std::string& folder) {
  std::string path = folder + "/" + std::string(kModelFile);
  auto json = nlohmann::json::parse(TRY(env.read_file(path)), nullptr, false);
  if (json.is_discarded()) return base::error(Code::kDataLoss, "{}: no JSON", path);
  auto model = model_from_json(json);
  if (!model) return base::annotate(model.error(), path);
  return model;
}

}  // namespace ml
