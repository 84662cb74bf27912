#include "load/product_files.h"

#include "base/faulty_env.h"
#include "load/tests/temp_dir.h"

namespace load {
namespace {

using base::Code;
using world::Table;
using world::World;

World world_with_products(std::uint64_t seed, std::int64_t products) {
  world::Settings s;
  s.seed = seed;
  s.products = products;
  return World::create(s).value();
}

class ProductFilesTest : public TempDirTest {
 protected:
  base::Status write(const World& world, base::Env& env, bool overwrite = false) {
    Progress progress;
    return write_product_folder(world, whole_table(world, Table::kProducts), env, folder_,
                                overwrite, 2, progress, {});
  }
  void expect_exactly(const World& world) {
    auto entries = env_.list(folder_).value();
    EXPECT_EQ(std::ssize(entries), world.settings().products);
    for (std::int64_t id = 0; id < world.settings().products; ++id) {
      std::string text;
      world.product_json(id, text);
      ASSERT_EQ(env_.read_file(product_path(folder_, id)).value_or(""), text) << id;
    }
  }

  base::Env& env_ = base::Env::real();
  const std::string folder_ = dir_ + "/goods";
};

TEST_F(ProductFilesTest, AFullDiskIsFollowedByTheRest) {
  World world = world_with_products(1, 900);
  for (std::int64_t bytes : {0, 50'000, 200'000}) {
    base::FaultyEnv full;
    full.set_disk_bytes(bytes);
    auto written = write(world, full);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Code::kResourceExhausted);
  }
  ASSERT_TRUE(write(world, env_));
  expect_exactly(world);
}

TEST_F(ProductFilesTest, OtherProductsStayUnlessTheyAreToGo) {
  World one = world_with_products(1, 300), two = world_with_products(2, 200);
  ASSERT_TRUE(write(one, env_));
  auto refused = write(two, env_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kAlreadyExists);
  expect_exactly(one);
  ASSERT_TRUE(write(two, env_, true));
  expect_exactly(two);
  base::FaultyEnv full;
  full.set_disk_bytes(20'000);
  EXPECT_FALSE(write(one, full, true));
  EXPECT_EQ(write(two, env_).error().code, Code::kFailedPrecondition);
  ASSERT_TRUE(write(one, env_));
  expect_exactly(one);
}

}  // namespace
}  // namespace load
