// Frames that clients really sent and batches that they produced, whole and mutated.
#include <gtest/gtest.h>

#include "base/env.h"
#include "base/random.h"
#include "wire/tests/any_request.h"

namespace wire {
namespace {

std::vector<std::string> corpus(const std::string& folder) {
  std::vector<std::string> inputs;
  std::string dir = std::string(HRISTE_CORPUS) + "/" + folder;
  auto entries = base::Env::real().list(dir);
  EXPECT_TRUE(entries) << dir;
  for (const auto& entry : *entries) {
    inputs.push_back(*base::Env::real().read_file(dir + "/" + entry.name));
  }
  EXPECT_FALSE(inputs.empty());
  return inputs;
}

/// The n-th mutation of `input`: some bytes changed, sometimes cut or grown. Deterministic.
std::string mutate(std::string input, std::uint64_t n) {
  base::CounterRandom random(7, 1, 1);
  auto draw = [&, i = std::uint64_t{0}](std::uint64_t below) mutable {
    return base::CounterRandom::scale(random.bits(n, i++), below);
  };
  if (draw(4) == 0) input.resize(draw(input.size() + 1));
  if (draw(8) == 0) input.append(draw(50), static_cast<char>(draw(256)));
  constexpr char kNasty[] = {'\x00', '\x01', '\x7F', '\x80', '\xFF'};
  for (std::uint64_t edits = 1 + draw(6); edits > 0 && !input.empty(); --edits) {
    std::uint64_t at = draw(2) == 0 ? draw(input.size()) : draw(std::min<size_t>(input.size(), 70));
    input[at] = draw(2) == 0 ? kNasty[draw(5)] : static_cast<char>(draw(256));
  }
  return input;
}

TEST(Corpus, FramesOfRealClientsAreReadWhole) {
  for (const std::string& frame : corpus("kafka_frames")) {
    ByteReader in(frame);
    RequestHeader header = read_request_header(in);
    EXPECT_EQ(reads_as_any_request(frame), is_supported(header.key, header.version)) << header.key;
    for (size_t cut = 0; cut < frame.size(); ++cut) {
      EXPECT_FALSE(reads_as_any_request(std::string_view(frame).substr(0, cut)))
          << header.key << " cut at " << cut;
    }
    EXPECT_FALSE(reads_as_any_request(frame + "x"));
  }
}

TEST(Corpus, MutatedFramesNeverCrash) {
  std::uint64_t n = 0;
  for (const std::string& frame : corpus("kafka_frames")) {
    for (int i = 0; i < 5000; ++i) (void)reads_as_any_request(mutate(frame, n++));
  }
}

/// Makes length and checksum right, so that what lies behind them is looked at.
void seal(std::string& batch) {
  store_big(batch.data() + 8, static_cast<std::int32_t>(batch.size() - 12));
  store_big(batch.data() + 17, crc32c(std::string_view(batch).substr(21)));
}

TEST(Corpus, BatchesThatOnceWereTakenAreRefused) {
  for (std::string batch : corpus("record_batch")) {
    seal(batch);
    EXPECT_FALSE(reads_as_batch(batch));
  }
}

TEST(Corpus, BatchesOfRealClientsAreSoundAndMutatedOnesNeverCrash) {
  std::uint64_t n = 0;
  for (std::string batch : corpus("record_batches")) {
    EXPECT_TRUE(reads_as_batch(batch));
    for (int i = 0; i < 5000; ++i) {
      std::string bad = mutate(batch, n++);
      if (bad.size() >= kBatchHeaderBytes && i % 2 == 0) seal(bad);
      (void)reads_as_batch(bad);
    }
  }
}

}  // namespace
}  // namespace wire
