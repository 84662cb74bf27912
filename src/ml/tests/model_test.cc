#include "ml/model.h"

#include <gmock/gmock.h>

#include "lake/delta.h"
#include "lake/scan.h"
#include "ml/onnx.h"
#include "ml/score.h"
#include "ml/tests/ml_fixture.h"

namespace ml {
namespace {

using ::testing::HasSubstr;

class ModelTest : public MlFixture {
 protected:
  Model trained() {
    table_ = make(2'000, kNoise, "7 AS always,");
    auto model =
        fit(*lake_,
            {.name = "m", .features = table_, .noise_sd = 0.577, .unusable = Unusable::kLeaveOut});
    EXPECT_TRUE(model) << model.error().message;
    return model.value_or(Model{});
  }
  FeatureTable table_;
};

TEST_F(ModelTest, JsonKeepsEverything) {
  Model model = trained();
  auto again = model_from_json(nlohmann::json::parse(to_json(model).dump()));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, model);
  auto broken = to_json(model);
  broken["train"].erase("r2");
  EXPECT_THAT(model_from_json(broken).error().message, HasSubstr("r2"));
  broken = to_json(model);
  broken["format"] = "hriste.model/9";
  EXPECT_EQ(model_from_json(broken).error().code, base::Code::kDataLoss);
  EXPECT_FALSE(model_from_json(nlohmann::json(17)));
}

TEST_F(ModelTest, FolderIsWholeOrNotThere) {
  Model model = trained();
  std::string folder = temp_.path() + "/models/m/1";
  base::Env& env = base::Env::real();
  // What a killed call leaves:
  ASSERT_TRUE(env.make_dirs(temp_.path() + "/models/m/.1.tmp17-0"));
  ASSERT_TRUE(save_model(env, folder, model));
  EXPECT_EQ(env.list(temp_.path() + "/models/m")->size(), 1u);
  EXPECT_EQ(*load_model(env, folder), model);
  EXPECT_EQ(save_model(env, folder, model).error().code, base::Code::kAlreadyExists);
  EXPECT_EQ(*env.read_file(folder + "/model.onnx"), onnx_bytes(model));
  EXPECT_EQ(load_model(env, folder + "0").error().code, base::Code::kNotFound);
}

TEST_F(ModelTest, OnnxGoesThereAndBack) {
  Model model = trained();
  std::string bytes = onnx_bytes(model);
  auto read = read_onnx(bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->columns, model.columns);
  EXPECT_EQ(read->form.columns, (std::vector<std::size_t>{1, 2, 3}));  // without `always`
  auto parity = check_parity(*lake_, table_, model, bytes);
  ASSERT_TRUE(parity) << parity.error().message;
  EXPECT_EQ(parity->rows, 2'000);
  EXPECT_EQ(parity->worst, 0);
  Model other = model;
  other.coefficients[0].value += 1e-6;
  EXPECT_FALSE(check_parity(*lake_, table_, model, onnx_bytes(other))->holds());
}

TEST_F(ModelTest, DamagedOnnxIsRefused) {
  std::string bytes = onnx_bytes(trained());
  int refused = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    refused += !read_onnx(std::string_view(bytes).substr(0, size));
  }
  EXPECT_GE(refused, std::ssize(bytes) - 3);           // the last property may end early
  for (std::size_t at = 0; at < bytes.size(); ++at) {  // no crash, whatever it reads
    std::string other = bytes;
    other[at] = static_cast<char>(other[at] ^ 0x55);
    (void)read_onnx(other);
  }
}

TEST_F(ModelTest, ScoresAreATable) {
  Model model = trained();
  ScoreSpec spec{.features = table_, .into = "gold.predictions", .version = 3};
  auto written = score(*lake_, spec, model);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->rows, 2'000);
  auto rows = lake_->query(
      fmt::format("SELECT count(*), max(abs(p.predicted - ({:.17e} + {:.17e} * f.a + {:.17e} * f.b "
                  "+ {:.17e} * f.c))) < 1e-9, "
                  "min(p.model), min(p.version), bool_and(p.order_value = f.order_value) "
                  "FROM gold.predictions p JOIN gold.features f USING (order_id)",
                  model.intercept.value, model.coefficients[0].value, model.coefficients[1].value,
                  model.coefficients[2].value));
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->rows[0].dump(), R"([2000,true,"m",3,true])");
  auto snapshot = lake_->snapshot("gold.predictions");
  const auto& info = snapshot->commit_info.at("hriste.model");
  EXPECT_EQ(*model_from_json(info.at("model")), model);
  EXPECT_EQ(info.at("version"), 3);
}

TEST_F(ModelTest, FailedScoringLeavesTheTable) {
  Model model = trained();
  ScoreSpec spec{.features = table_, .into = "gold.predictions", .version = 3};
  ASSERT_TRUE(score(*lake_, spec, model));
  make(100, "0", "CASE WHEN i = 17 THEN NULL ELSE i END AS always,");
  spec.features = open();
  EXPECT_FALSE(score(*lake_, spec, model));
  EXPECT_EQ(lake_->snapshot("gold.predictions")->version, 0);
  auto files = base::Env::real().list(temp_.path() + "/lake/gold/predictions");
  EXPECT_EQ(files->size(), 2u);  // the log and one file
  FeatureTable less = table_;
  less.columns.pop_back();
  spec.features = less;
  EXPECT_THAT(score(*lake_, spec, model).error().message, HasSubstr("has no feature c"));
}

TEST_F(ModelTest, DecimalTargetsStayExact) {
  write(
      "SELECT range AS order_id, TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_hours(CAST(range AS "
      "INT)) AS ordered_at, CAST(range AS DECIMAL(12,2)) / 100 AS quotient, "
      "CAST(range * 29 / 100 AS DECIMAL(12,2)) AS order_value, range % 5 AS x FROM range(3000)");
  auto table = open();
  auto model = fit(*lake_, {.name = "m", .features = table});
  ASSERT_TRUE(model) << model.error().message;
  ASSERT_TRUE(score(*lake_, {.features = table, .into = "gold.predictions"}, *model));
  auto rows = lake_->query(
      "SELECT count(*) FROM gold.predictions p JOIN gold.features f USING (order_id) "
      "WHERE p.order_value <> f.order_value OR typeof(p.order_value) <> 'DECIMAL(12,2)'");
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->rows[0][0], 0);
}

}  // namespace
}  // namespace ml
