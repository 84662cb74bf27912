// The calls of the plugin protocol: decode, ask `change` or the daemon, encode.
// Thread: thread-safe; gRPC calls from many threads.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "client/playground.h"
#include "kinds/kinds.h"
#include "plugin6.grpc.pb.h"
#include "provider/plan_book.h"
#include "provider/value.h"

namespace provider {

class Service final : public tfplugin6::Provider::Service {
 public:
  using Context = grpc::ServerContext;

  grpc::Status GetProviderSchema(Context*, const tfplugin6::Nothing*,
                                 tfplugin6::Schemas* answer) override;
  grpc::Status ValidateProviderConfig(Context*, const tfplugin6::ConfigToCheck* request,
                                      tfplugin6::ProviderConfigChecked* answer) override;
  grpc::Status ValidateResourceConfig(Context*, const tfplugin6::TypedConfig* request,
                                      tfplugin6::ConfigChecked* answer) override;
  grpc::Status ValidateDataResourceConfig(Context*, const tfplugin6::TypedConfig* request,
                                          tfplugin6::ConfigChecked* answer) override;
  grpc::Status UpgradeResourceState(Context*, const tfplugin6::StateToUpgrade* request,
                                    tfplugin6::UpgradedState* answer) override;
  grpc::Status ConfigureProvider(Context*, const tfplugin6::Settings* request,
                                 tfplugin6::ConfigChecked* answer) override;
  grpc::Status ReadResource(Context*, const tfplugin6::CurrentState* request,
                            tfplugin6::FreshState* answer) override;
  grpc::Status PlanResourceChange(Context*, const tfplugin6::ChangeToPlan* request,
                                  tfplugin6::PlannedChange* answer) override;
  grpc::Status ApplyResourceChange(Context*, const tfplugin6::ChangeToApply* request,
                                   tfplugin6::AppliedChange* answer) override;
  grpc::Status ImportResourceState(Context*, const tfplugin6::ImportRequest* request,
                                   tfplugin6::Imported* answer) override;
  grpc::Status ReadDataSource(Context*, const tfplugin6::TypedConfig* request,
                              tfplugin6::DataSourceState* answer) override;
  grpc::Status StopProvider(Context*, const tfplugin6::Nothing*,
                            tfplugin6::Stopped* answer) override;

  /// Ends waiting requests to the daemon.
  void stop();

 private:
  base::Result<std::shared_ptr<client::Playground>> playground();
  /// For resources, which change it: refused when it is another state's.
  base::Result<std::shared_ptr<client::Playground>> own_playground();
  /// A resource's new state, and why it doesn't work; empty: it does.
  struct Fresh {
    json state;
    std::string failed;
  };
  client::Answer<Fresh> read(const kinds::Kind& kind, const json& state,
                             const std::string& recorded_dir);
  client::Answer<json> apply(const kinds::Kind& kind, const json& prior, const json& planned);
  std::vector<std::string> warnings(const kinds::Kind& kind, const json& planned);
  client::Answer<json> read_source(const kinds::Kind& source, const json& config);

  PlanBook book_;
  std::mutex mutex_;
  std::shared_ptr<client::Playground> playground_;  // set by ConfigureProvider
};

}  // namespace provider
