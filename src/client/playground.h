// One playground from outside: finds its daemon, starts it when needed, and goes on when it dies.
//
// This is what the provider and the command line speak to. Requests are idempotent by contract, so
// one that lost its connection is repeated, up to three times, on the daemon that then answers.
// Thread: thread-safe. Failure: Problem (session.h). Read first: tests/client_test.cc.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/session.h"
#include "kinds/owner.h"

namespace client {

/// A resource as the daemon has it.
struct Found {
  json attributes;
  std::string incarnation;  ///< empty: of the first catalogues
  std::string failed;       ///< why it doesn't work; empty: it does
};

class Playground {
 public:
  /// `data_dir` absolute; `engine` the path of hriste-engine. Nothing is opened yet.
  /// `owner`: of what Terraform starts (kinds/owner.h); a put then takes the folder or is refused.
  Playground(std::string data_dir, std::string engine, std::optional<kinds::Owner> owner = {})
      : data_dir_(std::move(data_dir)), engine_(std::move(engine)), owner_(std::move(owner)) {}

  const std::string& data_dir() const { return data_dir_; }
  /// kFailedPrecondition when the folder is another's than `owner`; asks no daemon.
  base::Status check_owner() const;
  /// Whether there is a playground (running or not); data sources and reads answer "not there"
  /// without one and don't make one.
  bool exists() const;
  /// The playground's id, of the daemon that answered last; empty before.
  std::string id() const;

  /// Creates or updates the one that is meant; blocks until done. Starts the daemon.
  Answer<Found> put(const std::string& kind, const std::string& name, const json& attributes,
                    const kinds::Meant& meant);
  /// nullopt when the one that is meant, or the whole playground, isn't there.
  Answer<std::optional<Found>> get(const std::string& kind, const std::string& name,
                                   const kinds::Meant& meant);
  /// What a put of these attributes would be refused for as things are, or lose: asked of a daemon
  /// that runs; none is started. None when there is none, or it doesn't say.
  std::vector<std::string> warnings(const std::string& kind, const std::string& name,
                                    const json& attributes);
  /// Absent is fine, and so is another one, which stays. When it was the last resource: returns
  /// after the daemon has ended and its folder is gone.
  Answer<void> remove(const std::string& kind, const std::string& name,
                      const kinds::Meant& meant = {});
  /// The attributes of whichever is there.
  Answer<json> put(const std::string& kind, const std::string& name, const json& attributes);
  Answer<std::optional<json>> get(const std::string& kind, const std::string& name);
  /// Any other idempotent request; kNotFound when there is no playground.
  Answer<json> call(const char* method, const std::string& path, const json& body = nullptr);

  /// The running daemon, or one that is started now. Errors as connect_or_start().
  base::Result<std::shared_ptr<Session>> session();
  /// Ends waiting requests with kCancelled; those that come later too.
  void cancel();

 private:
  Answer<json> repeat(const char* method, const std::string& path, const json& body);
  void forget(const std::shared_ptr<Session>& lost);
  Answer<void> wait_until_gone(const std::shared_ptr<Session>& last);

  const std::string data_dir_, engine_;
  const std::optional<kinds::Owner> owner_;
  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<Session> session_;
  std::shared_ptr<Session> asked_;  ///< for warnings, where nothing else was asked before
  std::string id_;
  bool cancelled_ = false;
};

/// The engine beside the running executable: …/hriste-engine (symbolic links resolved), or
/// $HRISTE_ENGINE. Errors: kNotFound naming where it was looked for.
base::Result<std::string> find_engine();

}  // namespace client
