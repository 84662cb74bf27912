// The mirror against a small server that remembers what it was told, and can be away.
#include "tracking/mirror.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <mutex>

#include "base/env.h"
#include "base/testing/temp_dir.h"

namespace tracking {
namespace {

using testing::HasSubstr;

/// Speaks MLflow's REST as far as needed; keeps every call's path and body.
class FakeServer {
 public:
  explicit FakeServer(int port = 0) {
    auto note = [this](const httplib::Request& request, httplib::Response& response) {
      std::lock_guard lock(mutex_);
      calls_.push_back(request.path.substr(request.path.find("/api/2.0/") + 9));
      bodies_[calls_.back()] = request.body;
      authorization_ = request.get_header_value("Authorization");
      response.set_content(answer(calls_.back(), response).dump(), "application/json");
    };
    http_.Get(".*", note);
    http_.Post(".*", note);
    http_.Put(".*", note);
    port_ = port;
    if (port == 0) {
      port_ = http_.bind_to_any_port("127.0.0.1");
    } else {
      EXPECT_TRUE(http_.bind_to_port("127.0.0.1", port));
    }
    thread_ = std::jthread([this] { http_.listen_after_bind(); });
    while (!http_.is_running()) std::this_thread::yield();  // before that stop() does nothing
  }
  ~FakeServer() { http_.stop(); }

  std::string uri() const { return fmt::format("http://127.0.0.1:{}/base", port_); }
  std::string body(const std::string& call) {
    std::lock_guard lock(mutex_);
    return bodies_[call];
  }
  int count(const std::string& call) {
    std::lock_guard lock(mutex_);
    return static_cast<int>(std::ranges::count(calls_, call));
  }
  std::string authorization() {
    std::lock_guard lock(mutex_);
    return authorization_;
  }
  void fail_next(const std::string& call,
                 json answer = {{"error_code", "TEMPORARILY_UNAVAILABLE"}, {"message", "later"}}) {
    std::lock_guard lock(mutex_);
    failing_ = call;
    failure_ = std::move(answer);
  }

 private:
  json answer(const std::string& call, httplib::Response& response) {
    if (call == std::exchange(failing_, call == failing_ ? "" : failing_)) {
      response.status = 503;
      return failure_;
    }
    const json run = {
        {"info", {{"run_id", "r1"}, {"artifact_uri", "mlflow-artifacts:/1/r1/artifacts"}}}};
    if (call == "mlflow/experiments/get-by-name" &&
        bodies_.count("mlflow/experiments/create") == 0) {
      response.status = 404;
      return {{"error_code", "RESOURCE_DOES_NOT_EXIST"}, {"message", "no experiment"}};
    }
    if (call == "mlflow/experiments/get-by-name") return {{"experiment", {{"experiment_id", "1"}}}};
    if (call == "mlflow/experiments/create") return {{"experiment_id", "1"}};
    if (call == "mlflow/runs/create") return {{"run", run}};
    bool made = bodies_.count("mlflow/runs/create") > 0;
    if (call == "mlflow/runs/search" && made) return {{"runs", {run}}};
    if (call == "mlflow/model-versions/create") return {{"model_version", {{"version", "5"}}}};
    return json::object();
  }

  httplib::Server http_;
  std::mutex mutex_;
  std::vector<std::string> calls_;
  std::map<std::string, std::string> bodies_;
  std::string authorization_, failing_;
  json failure_;
  int port_ = 0;
  std::jthread thread_;
};

class MirrorTest : public base::TempDirTest {
 protected:
  void SetUp() override {
    TempDirTest::SetUp();
    store_ = *Store::open({.env = &base::Env::real(), .clock = &clock_, .dir = path("ml")});
    ASSERT_TRUE(store_->put_model("order_value", "CZK"));
  }
  /// A finished run with a model, in an experiment that names `uri`.
  std::string finished(const std::string& uri) {
    EXPECT_TRUE(store_->put_experiment(
        {.name = "orders", .description = "", .tracking_uri = uri, .tracking_token = "token"}));
    std::string id = *store_->begin_run(
        {.experiment = "orders", .name = "ridge", .params = {{"penalty", "1"}}, .tags = {}});
    EXPECT_TRUE(store_->write_artifact(id, "model.json", R"({"columns":["vip","věk"]})"));
    EXPECT_TRUE(store_->write_artifact(id, "model.onnx", "onnx bytes"));
    EXPECT_TRUE(
        store_->finish_run(id, {.metrics = {{"test_rmse", 490.25}},
                                .params = {},
                                .tags = {},
                                .model = "order_value",
                                .decision = {.model = {}, .promoted = true, .reason = "r"}}));
    return id;
  }
  std::unique_ptr<Mirror> mirror() {
    return std::make_unique<Mirror>(
        Mirror::Options{.store = store_.get(),
                        .inputs_of =
                            [](const std::string& text) {
                              return json::parse(text)["columns"].get<std::vector<std::string>>();
                            },
                        .period = std::chrono::milliseconds(2),
                        .first_pause = std::chrono::milliseconds(2)});
  }
  /// Waits until the server has been told everything.
  bool all_sent() {
    for (int i = 0; i < 5000; ++i) {
      if (store_->due()->empty() && store_->due_aliases()->empty()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }

  base::ManualClock clock_{base::from_millis(1'780'272'000'000)};
  std::unique_ptr<Store> store_;
};

TEST_F(MirrorTest, BringsRunModelAndAlias) {
  FakeServer server;
  finished(server.uri());
  auto mirror = this->mirror();
  ASSERT_TRUE(all_sent());
  EXPECT_EQ(server.authorization(), "Bearer token");
  json batch = json::parse(server.body("mlflow/runs/log-batch"));
  EXPECT_EQ(batch["metrics"][0]["value"], 490.25);
  EXPECT_EQ(batch["params"][0], json({{"key", "penalty"}, {"value", "1"}}));
  const std::string files = "mlflow-artifacts/artifacts/1/r1/artifacts/";
  EXPECT_EQ(server.body(files + "model/model.onnx"), "onnx bytes");
  json mlmodel = json::parse(server.body(files + "model/MLmodel"));
  EXPECT_EQ(mlmodel["flavors"]["onnx"]["data"], "model.onnx");
  EXPECT_THAT(mlmodel["signature"]["inputs"].get<std::string>(), HasSubstr("věk"));
  json version = json::parse(server.body("mlflow/model-versions/create"));
  EXPECT_EQ(version["source"], "mlflow-artifacts:/1/r1/artifacts/model");
  json alias = json::parse(server.body("mlflow/registered-models/alias"));
  EXPECT_EQ(alias["alias"], "champion");
  EXPECT_EQ(alias["version"], "5");
  EXPECT_EQ(json::parse(server.body("mlflow/runs/update"))["status"], "FINISHED");
}

TEST_F(MirrorTest, AFailureInTheMiddleIsTakenUpWithoutASecondRun) {
  FakeServer server;
  server.fail_next("mlflow/model-versions/create");
  finished(server.uri());
  auto mirror = this->mirror();
  ASSERT_TRUE(all_sent());
  EXPECT_EQ(server.count("mlflow/model-versions/create"), 2);
  EXPECT_EQ(server.count("mlflow/runs/create"), 1) << "found by its tag";
  EXPECT_EQ(server.count("mlflow/experiments/create"), 1);
}

TEST_F(MirrorTest, AnAnswerThatIsNotMlflowsIsAFailureLikeAnother) {
  FakeServer server;
  server.fail_next("mlflow/runs/search", {{"error_code", 5}, {"message", json::array()}});
  finished(server.uri());
  auto mirror = this->mirror();
  ASSERT_TRUE(all_sent());
  EXPECT_EQ(server.count("mlflow/runs/search"), 2);
}

TEST_F(MirrorTest, AServerThatIsAwayIsToldLater) {
  auto server = std::make_unique<FakeServer>();
  std::string uri = server->uri();
  int port = std::stoi(uri.substr(uri.rfind(':') + 1));
  server.reset();
  std::string id = finished(uri);
  auto mirror = this->mirror();
  for (int i = 0; i < 5000 && store_->run(id)->mirror == "waiting: not sent yet"; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_THAT(store_->run(id)->mirror, HasSubstr("does not answer"));
  server = std::make_unique<FakeServer>(port);
  ASSERT_TRUE(all_sent());
  EXPECT_EQ(store_->run(id)->mirror, "done");
}

TEST_F(MirrorTest, EndsWhileAServerIsAway) {
  finished("http://127.0.0.1:9");
  auto mirror = this->mirror();
  mirror.reset();
  EXPECT_EQ(store_->due()->size(), 1u);
}

}  // namespace
}  // namespace tracking
