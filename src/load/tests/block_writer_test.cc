#include <sys/stat.h>

#include <filesystem>
#include <random>

#include "base/faulty_env.h"
#include "load/block_writer_internal.h"
#include "load/tests/temp_dir.h"

namespace load {
namespace {

constexpr std::int64_t kBlock = BlockWriter::kBlock;

class BlockWriterTest : public TempDirTest {
 protected:
  BlockWriter open(base::Env& env, std::int64_t size = 0) {
    return {*env.open(path_, size == 0 ? base::Env::Open::kTruncate : base::Env::Open::kAppend),
            size};
  }
  base::Env& env_ = base::Env::real();
  const std::string path_ = dir_ + "/rows.txt";
};

TEST_F(BlockWriterTest, WritesEndAtBlocksAndHoldAllBytes) {
  BlockWriter file = open(env_);
  std::mt19937 random(7);
  std::string all;
  for (int i = 0; i < 200; ++i) {
    std::string bytes(random() % (i % 3 == 0 ? 1'600'000 : 30'000),
                      static_cast<char>('a' + i % 26));
    all += bytes;
    ASSERT_TRUE(file.append(bytes));
    EXPECT_EQ(file.written() % kBlock, 0);
    EXPECT_LT(std::ssize(all) - file.written(), kBlock);
    if (i != 100) continue;
    ASSERT_TRUE(file.flush());  // blocks are the file's, also after this
    EXPECT_EQ(file.written(), std::ssize(all));
    ASSERT_TRUE(file.append(std::string(kBlock, 'x')));
    all.append(kBlock, 'x');
    EXPECT_EQ(file.written() % kBlock, 0);
  }
  ASSERT_TRUE(file.flush());
  ASSERT_TRUE(file.close());
  EXPECT_TRUE(*env_.read_file(path_) == all);
}

TEST_F(BlockWriterTest, RoomThatWasSetAsideIsGivenBack) {
  auto blocks = [&] {
    struct stat st {};
    EXPECT_EQ(::stat(path_.c_str(), &st), 0);
    return st.st_blocks * 512;
  };
  BlockWriter file = open(env_);
  const std::string bytes(BlockWriter::kReserveMin + 7 * kBlock + 1, 'a');
  ASSERT_TRUE(file.append(bytes));
  ASSERT_TRUE(file.flush());
  if (blocks() < 2 * BlockWriter::kReserveMin)
    GTEST_SKIP() << "this file system sets nothing aside";
  EXPECT_EQ(std::filesystem::file_size(path_), bytes.size());
  ASSERT_TRUE(file.close());
  EXPECT_LE(blocks(), std::ssize(bytes) + kBlock);
  EXPECT_TRUE(*env_.read_file(path_) == bytes);
}

TEST_F(BlockWriterTest, WithoutRoomToSetAsideItIsWrittenAsLongAsItFits) {
  base::FaultyEnv small;
  small.set_disk_bytes(BlockWriter::kReserveMin + kBlock);
  BlockWriter file = open(small);
  for (std::int64_t i = 0; i <= BlockWriter::kReserveMin; i += kBlock) {
    ASSERT_TRUE(file.append(std::string(kBlock, 'a')));
  }
  EXPECT_FALSE(file.append(std::string(kBlock, 'a')));
  EXPECT_EQ(file.written(), BlockWriter::kReserveMin + kBlock);
}

TEST_F(BlockWriterTest, NothingIsAppendedBehindATornWrite) {
  base::FaultyEnv full;
  BlockWriter file = open(full);
  full.set_disk_bytes(kBlock + 10);
  ASSERT_TRUE(file.append(std::string(kBlock, 'a')));
  ASSERT_FALSE(file.append(std::string(kBlock, 'b')));
  full.set_disk_bytes(1 << 30);
  EXPECT_FALSE(file.append("c"));
  EXPECT_FALSE(file.flush());
  EXPECT_EQ(file.written(), kBlock);
  ASSERT_TRUE(file.truncate(file.written()));
  ASSERT_TRUE(file.append("d"));
  ASSERT_TRUE(file.flush());
  EXPECT_TRUE(*env_.read_file(path_) == std::string(kBlock, 'a') + "d");
}

}  // namespace
}  // namespace load
