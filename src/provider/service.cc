#include <filesystem>

#include "base/env.h"
#include "client/start.h"
#include "provider/change.h"
#include "provider/diagnostics.h"
#include "provider/query_rows.h"
#include "provider/schema_internal.h"
#include "provider/service_internal.h"

namespace provider {
namespace {

using base::Code;
using client::Answer;
using kinds::Kind;

/// Null when absent.
base::Result<json> decode(const tfplugin6::DynamicValue& value) {
  if (!value.msgpack().empty()) return from_msgpack(value.msgpack());
  if (!value.json().empty()) return from_state_json(value.json());
  return json();
}

void encode(const json& wire, tfplugin6::DynamicValue& value) {
  value.set_msgpack(to_msgpack(wire));
}

template <typename Reply>
void add(Reply& reply, const Kind& kind, const client::Problem& problem) {
  *reply.add_diagnostics() = diagnostic(kind, problem.error, problem.path);
}

template <typename Reply>
void add(Reply& reply, const Kind& kind, const base::Error& error) {
  *reply.add_diagnostics() = diagnostic(kind, error);
}

template <typename Reply>
void check(Reply& reply, const Kind& kind, const tfplugin6::DynamicValue& value) {
  auto config = decode(value);
  if (!config) return add(reply, kind, config.error());
  for (const auto& problem : kinds::validate(kind, to_plain(kind.attributes, *config)))
    *reply.add_diagnostics() = diagnostic(kind, problem);
}

/// What a call about a type that we never declared gets.
grpc::Status no_type(const std::string& name) {
  return {grpc::StatusCode::INVALID_ARGUMENT, "there is no type " + name};
}

std::string name_of(const json& state) {
  return state.contains("name") && state["name"].is_string() ? state["name"].get<std::string>()
                                                             : std::string();
}

std::unexpected<base::Error> other_playground(const json& state, const std::string& found,
                                              const std::string& data_dir) {
  return base::error(Code::kFailedPrecondition,
                     "Terraform's state belongs to playground {}, and {} holds playground {}. Set "
                     "data_dir back to where it was, or destroy the other playground first",
                     playground_of(state), data_dir, found);
}

}  // namespace

grpc::Status Service::GetProviderSchema(Context*, const tfplugin6::Nothing*,
                                        tfplugin6::Schemas* answer) {
  all_schemas(*answer);
  return grpc::Status::OK;
}

grpc::Status Service::ValidateProviderConfig(Context*, const tfplugin6::ConfigToCheck* request,
                                             tfplugin6::ProviderConfigChecked* answer) {
  check(*answer, kinds::provider_settings(), request->config());
  return grpc::Status::OK;
}

grpc::Status Service::ValidateResourceConfig(Context*, const tfplugin6::TypedConfig* request,
                                             tfplugin6::ConfigChecked* answer) {
  const auto* kind = kinds::find_kind(request->type_name());
  if (kind == nullptr) return no_type(request->type_name());
  check(*answer, *kind, request->config());
  return grpc::Status::OK;
}

grpc::Status Service::ValidateDataResourceConfig(Context*, const tfplugin6::TypedConfig* request,
                                                 tfplugin6::ConfigChecked* answer) {
  const auto* source = kinds::find_data_source(request->type_name());
  if (source == nullptr) return no_type(request->type_name());
  check(*answer, *source, request->config());
  return grpc::Status::OK;
}

grpc::Status Service::UpgradeResourceState(Context*, const tfplugin6::StateToUpgrade* request,
                                           tfplugin6::UpgradedState* answer) {
  const auto* kind = kinds::find_kind(request->type_name());
  if (kind == nullptr) return no_type(request->type_name());
  auto state = from_state_json(request->raw_state().json());
  if (!state) {
    add(*answer, *kind, state.error());
  } else {
    encode(reshape(kind->attributes, *state), *answer->mutable_upgraded_state());
  }
  return grpc::Status::OK;
}

grpc::Status Service::ConfigureProvider(Context*, const tfplugin6::Settings* request,
                                        tfplugin6::ConfigChecked* answer) {
  const auto& settings = kinds::provider_settings();
  auto config = decode(request->config());
  auto engine = client::find_engine();
  if (!config || !engine) {
    add(*answer, settings, config ? engine.error() : config.error());
    return grpc::Status::OK;
  }
  const auto data_dir = kinds::normalize(settings, *config)["data_dir"];
  if (!data_dir.is_string()) {
    add(*answer, settings,
        client::Problem(base::Error{Code::kInvalidArgument,
                                    "data_dir is not known at plan; make it from variables and "
                                    "path.root only"},
                        {"data_dir"}));
    return grpc::Status::OK;
  }
  const auto path = client::folder_path(data_dir.get<std::string>());
  if (auto fits = client::check_folder(path); !fits) {
    add(*answer, settings, client::Problem(fits.error(), {"data_dir"}));
    return grpc::Status::OK;
  }
  std::lock_guard lock(mutex_);
  playground_ = std::make_shared<client::Playground>(path, *engine, kinds::own_identity(path));
  return grpc::Status::OK;
}

base::Result<std::shared_ptr<client::Playground>> Service::playground() {
  std::lock_guard lock(mutex_);
  if (!playground_)
    return base::error(Code::kFailedPrecondition, "the provider is not configured yet");
  return playground_;
}

base::Result<std::shared_ptr<client::Playground>> Service::own_playground() {
  auto own = TRY(playground());
  TRY(own->check_owner());
  return own;
}

/// The state as the daemon has it; null when it isn't there.
Answer<Service::Fresh> Service::read(const Kind& kind, const json& state,
                                     const std::string& recorded_dir) {
  const auto playground = TRY(own_playground());
  const bool moved = !recorded_dir.empty() && recorded_dir != playground->data_dir();
  if (moved && !playground->exists() && client::has_catalogue(recorded_dir)) {
    return base::error(Code::kFailedPrecondition,
                       "data_dir is {} now, and the playground of this state lives in {}. Set "
                       "data_dir back, or destroy that playground first",
                       playground->data_dir(), recorded_dir);
  }
  const auto name = name_of(state);
  TRY(base::check_name(name, "the name"));
  auto found = TRY(playground->get(kind.name, name, meant_by(state)));
  const auto owner = playground_of(state);
  if (!owner.empty() && playground->exists() && playground->id() != owner)
    return other_playground(state, playground->id(), playground->data_dir());
  if (!found) return Fresh{};
  return Fresh{state_after(kind, state, found->attributes,
                           {.playground = playground->id(), .incarnation = found->incarnation}),
               found->failed};
}

grpc::Status Service::ReadResource(Context*, const tfplugin6::CurrentState* request,
                                   tfplugin6::FreshState* answer) {
  const auto* kind = kinds::find_kind(request->type_name());
  if (kind == nullptr) return no_type(request->type_name());
  *answer->mutable_new_state() = request->current_state();
  answer->set_private_(request->private_());
  auto state = decode(request->current_state());
  if (!state) {
    add(*answer, *kind, state.error());
    return grpc::Status::OK;
  }
  auto fresh = read(*kind, *state, request->private_());
  if (!fresh) {
    add(*answer, *kind, fresh.error());
    return grpc::Status::OK;
  }
  encode(fresh->state, *answer->mutable_new_state());
  if (!fresh->failed.empty())
    *answer->add_diagnostics() = failed_warning(*kind, name_of(*state), fresh->failed);
  if (auto where = playground()) answer->set_private_((*where)->data_dir());
  return grpc::Status::OK;
}

grpc::Status Service::PlanResourceChange(Context*, const tfplugin6::ChangeToPlan* request,
                                         tfplugin6::PlannedChange* answer) {
  const auto* kind = kinds::find_kind(request->type_name());
  if (kind == nullptr) return no_type(request->type_name());
  answer->set_planned_private(request->prior_private());
  auto prior = decode(request->prior_state());
  auto config = decode(request->config());
  auto proposed = decode(request->proposed_new_state());
  if (!prior || !config || !proposed) {
    add(*answer, *kind, !prior ? prior.error() : !config ? config.error() : proposed.error());
    return grpc::Status::OK;
  }
  if (proposed->is_null()) config = json();
  const auto change = plan_change(*kind, *prior, *config);
  encode(change.planned, *answer->mutable_planned_state());
  if (!change.planned.is_null()) {
    if (auto own = own_playground(); !own) {
      add(*answer, *kind, own.error());
      return grpc::Status::OK;
    }
    const auto plain = to_plain(kind->attributes, change.planned);
    for (const auto& problem : book_.note(*kind, plain, prior->is_null()))
      *answer->add_diagnostics() = diagnostic(*kind, problem);
  }
  if (!prior->is_null() && change.requires_replace.empty() && change.planned != *prior) {
    for (auto& text : warnings(*kind, change.planned)) {
      *answer->add_diagnostics() = warning(
          fmt::format("{} \"{}\" can't be changed so", kind->name, name_of(change.planned)), text);
    }
  }
  for (const auto& path : change.requires_replace)
    *answer->add_requires_replace() = attribute_path(kind->attributes, path);
  return grpc::Status::OK;
}

/// What the daemon knows of a change that is planned. For warnings only: no planned value may
/// depend on whether one runs.
std::vector<std::string> Service::warnings(const Kind& kind, const json& planned) {
  auto own = playground();
  if (!own || planned.is_null()) return {};
  auto body = kinds::with_refs_to_come(wanted(kind, planned));
  if (kinds::has_unknown(body)) return {};
  return (*own)->warnings(kind.name, name_of(planned), body);
}

/// Makes the daemon have what was planned; returns the new state, null after a removal.
Answer<json> Service::apply(const Kind& kind, const json& prior, const json& planned) {
  const auto playground = TRY(own_playground());
  const auto name = name_of(planned.is_null() ? prior : planned);
  TRY(base::check_name(name, "the name"));
  if (const auto owner = playground_of(prior); !owner.empty() && playground->exists()) {
    const auto session = TRY(playground->session());
    if (session->daemon().playground != owner)
      return other_playground(prior, session->daemon().playground, playground->data_dir());
  }
  if (planned.is_null()) {
    TRY(playground->remove(kind.name, name, meant_by(prior)));
    return json();
  }
  const auto body = wanted(kind, planned);
  if (kinds::has_unknown(body))
    return base::error(Code::kInternal, "Terraform applies values that are not known");
  if (prior.is_null() && !book_.may_make(kind, name))
    return base::error(Code::kAlreadyExists, "{}", same_name_text(kind, name));
  auto made = TRY(playground->put(kind.name, name, body,
                                  prior.is_null() ? kinds::Meant::to_make() : meant_by(prior)));
  // Terraform refuses what differs from the plan: what has moved since then, the next read tells.
  for (const auto& attribute : kind.attributes) {
    const auto& value = planned[attribute.name];
    if (attribute.presence == kinds::Presence::kComputed && !kinds::has_unknown(value))
      made.attributes.erase(attribute.name);
  }
  return state_after(kind, planned, made.attributes,
                     {.playground = playground->id(), .incarnation = made.incarnation});
}

grpc::Status Service::ApplyResourceChange(Context*, const tfplugin6::ChangeToApply* request,
                                          tfplugin6::AppliedChange* answer) {
  const auto* kind = kinds::find_kind(request->type_name());
  if (kind == nullptr) return no_type(request->type_name());
  // Until it is done, what was before is what is: a failed call loses nothing.
  *answer->mutable_new_state() = request->prior_state();
  answer->set_private_(request->planned_private());
  auto prior = decode(request->prior_state());
  auto planned = decode(request->planned_state());
  if (!prior || !planned) {
    add(*answer, *kind, prior ? planned.error() : prior.error());
    return grpc::Status::OK;
  }
  auto state = apply(*kind, *prior, *planned);
  if (!state) {
    add(*answer, *kind, state.error());
    return grpc::Status::OK;
  }
  encode(*state, *answer->mutable_new_state());
  if (auto where = playground()) answer->set_private_((*where)->data_dir());
  return grpc::Status::OK;
}

grpc::Status Service::ImportResourceState(Context*, const tfplugin6::ImportRequest* request,
                                          tfplugin6::Imported* answer) {
  const auto* kind = kinds::find_kind(request->type_name());
  if (kind == nullptr) return no_type(request->type_name());
  if (auto status = base::check_name(request->id(), "the import id, a resource's name,"); !status) {
    add(*answer, *kind, status.error());
    return grpc::Status::OK;
  }
  auto& imported = *answer->add_imported_resources();
  imported.set_type_name(kind->name);
  // Terraform reads the rest right away.
  encode(reshape(kind->attributes, {{"name", request->id()}}), *imported.mutable_state());
  return grpc::Status::OK;
}

Answer<json> Service::read_source(const Kind& source, const json& config) {
  const auto playground = TRY(this->playground());
  if (!playground->exists()) return data_state(source, config, nullptr);
  json answer;
  if (source.name == "hriste_query")
    answer = TRY(query_rows(TRY(playground->call("POST", "/v1/query", {{"sql", config["sql"]}}))));
  else if (source.name == "hriste_grade")
    answer = TRY(playground->call("GET", "/v1/grade"));
  else
    answer = TRY(playground->call("GET", "/v1/endpoints"));
  return data_state(source, config, answer);
}

grpc::Status Service::ReadDataSource(Context*, const tfplugin6::TypedConfig* request,
                                     tfplugin6::DataSourceState* answer) {
  const auto* source = kinds::find_data_source(request->type_name());
  if (source == nullptr) return no_type(request->type_name());
  auto config = decode(request->config());
  if (!config) {
    add(*answer, *source, config.error());
    return grpc::Status::OK;
  }
  auto state = read_source(*source, *config);
  if (!state) {
    add(*answer, *source, state.error());
  } else {
    encode(*state, *answer->mutable_state());
  }
  return grpc::Status::OK;
}

grpc::Status Service::StopProvider(Context*, const tfplugin6::Nothing*, tfplugin6::Stopped*) {
  stop();
  return grpc::Status::OK;
}

void Service::stop() {
  if (auto where = playground()) (*where)->cancel();
}

}  // namespace provider
