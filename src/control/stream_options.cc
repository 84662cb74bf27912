#include "control/stream_options.h"

#include "stream/hub_source.h"

namespace control {

using base::Result;
using kinds::StreamJob;

namespace {

/// What the job remembers of its inputs: `{"input":"hub@revision"}`.
std::string revision_of(const std::map<std::string, kinds::RefTo<kinds::EventHub>>& inputs) {
  json refs = json::object();
  for (const auto& [alias, ref] : inputs) refs[alias] = ref.text;
  return refs.dump();
}

Result<stream::OutputSpec> output_of(const catalogue::Definitions& definitions,
                                     const StreamJob::Output& output) {
  using Type = stream::OutputSpec::Type;
  stream::OutputSpec spec;
  if (output.alert) spec.type = output.lake ? Type::kLakeAndAlert : Type::kAlert;
  if (!output.lake) return spec;
  spec.tier = TRY(definitions.tier_of(*output.lake));
  spec.path = output.path.value_or("");
  if (output.format == "json") spec.format = stream::OutputSpec::Format::kJson;
  return spec;
}

}  // namespace

Result<stream::JobOptions> stream_options(const StreamOptionsPorts& ports, const StreamJob& job) {
  const Folder& folder = ports.folder;
  stream::JobOptions options;
  options.name = job.name;
  options.query = job.query;
  options.late_s = static_cast<int>(job.late_arrival_seconds);
  options.out_of_order_s = static_cast<int>(job.out_of_order_seconds);
  options.drop = job.policy == "drop";
  options.errors_are_dead_letters = job.on_error == "dead_letter";
  options.keep_rows = job.keep_rows;
  options.generated_come_again = true;
  options.revision = revision_of(job.inputs);
  options.lake_root = folder.lake();
  options.state_dir = folder.job_state(job.name);
  options.env = &folder.env;
  for (const auto& [alias, ref] : job.inputs) {
    auto hub = TRY(hub_of(ports.broker, ports.failures, ref));
    auto stored = TRY(ports.catalogue.get(kinds::EventHub::kKind, ref.name()));
    options.inputs[alias] = stream::make_hub_source(hub, folder.env, kNamespace,
                                                    stored ? stored->incarnation : std::string());
  }
  for (const auto& [alias, reference] : kinds::or_empty(job.references)) {
    options.references[alias] =
        folder.lake() + "/" + TRY(ports.definitions.tier_of(reference.lake)) + "/" + reference.path;
  }
  for (const auto& [name, output] : job.outputs) {
    options.outputs[name] = TRY(output_of(ports.definitions, output));
  }
  if (const auto& dead = job.dead_letter) {
    options.dead_letter = TRY(output_of(
        ports.definitions, {.lake = dead->lake, .path = dead->path, .format = std::nullopt}));
  }
  return options;
}

}  // namespace control
