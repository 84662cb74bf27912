// A job without its thread: reads a batch at a time, checkpoints when told, takes up the last
// commit when opened. See job.h for what it promises.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lake/manifest.h"
#include "stream/job.h"
#include "stream/kept_rows.h"
#include "stream/lake_output.h"
#include "streamsql/streamsql.h"

namespace stream {

/// Owned by one thread. After an error from any call it must be closed and opened again.
class Runner final : private EngineOutputs {
 public:
  /// `options` must outlive it. Errors: kInvalidArgument (query, names), kNotFound (reference data
  /// isn't there yet), kDataLoss.
  static base::Result<std::unique_ptr<Runner>> open(const JobOptions& options);
  ~Runner() override;
  /// As Job::check_change().
  static base::Status check_change(const JobOptions& options);
  /// As Job::check_again().
  static base::Status check_again(const JobOptions& options);

  /// Reads a batch of every input, up to its frontier. False when there was nothing to read.
  base::Result<bool> step();
  /// Commits what is read. A new definition that hasn't caught up with the old cut yet writes its
  /// files and waits with the commit.
  base::Status checkpoint();

  /// Whether events were read or rows were made since the last commit.
  bool dirty() const { return rows_since_ > 0 || rows_made_ > 0; }
  /// Whether more is read than the last commit says.
  bool cut_moved() const { return cut_moved_; }
  /// Events read since the last commit.
  std::size_t rows_since_commit() const { return rows_since_; }
  /// Every arrival below it is read; the lowest of the inputs.
  std::int64_t cut_ms() const;
  JobStatus status() const;

 private:
  struct Input {
    std::string name;
    std::shared_ptr<EventSource> source;
    std::unique_ptr<MergedReader> reader;
    std::int64_t cut_ms = EventSource::kNoFrontier;
    std::int64_t target_ms = EventSource::kNoFrontier;   ///< a frontier: where reading goes to
    std::int64_t read_to_ms = EventSource::kNoFrontier;  ///< arrival of the last record, or the cut
    std::int64_t committed_cut_ms = EventSource::kNoFrontier;
    std::vector<std::int64_t> first_offsets;  ///< what the outputs begin with, by partition
    std::int64_t lost_before = 0;             ///< when it was opened
    /// Where rows are replaced: the last manifest's name for the same hub; empty: it was not read.
    std::string known_as = {};
    std::vector<std::int64_t> begin = {};  ///< … and the first records that are there
    bool passed = true;                    ///< it stands behind passing_
    std::int64_t lost() const;
  };
  struct Statement {
    std::string output;
    std::unique_ptr<LakeOutput> lake;  ///< null: alerts only
    bool alert = false;
    std::int64_t rows = 0;
    /// While rows are kept: those up to here.
    std::optional<lake::ManifestMark> kept = {}, kept_alerts = {};
    Lookback looks = {};
  };
  explicit Runner(const JobOptions& options) : options_(options) {}

  base::Status compile();
  base::Status open_inputs();
  void open_statements();
  std::unique_ptr<LakeOutput> open_lake(const OutputSpec& spec, const streamsql::Step* step) const;
  LakeFolder folder(const OutputSpec& spec) const;
  // runner_take_up.cc
  base::Status take_up();
  base::Result<lake::Manifest> checkpoint_to_take();
  base::Result<bool> restored(const lake::Manifest& commit);
  base::Status restore_state(const lake::Manifest& manifest);
  base::Status begin_inputs(const lake::Manifest& from);
  base::Status note_kept(const lake::Manifest& old);
  base::Result<std::int64_t> gone_for_good(const lake::Manifest& manifest,
                                           const std::string& input) const;
  base::Status check_begin();
  base::Status check_replaceable(const lake::Manifest& old);
  base::Status find_known(const lake::Manifest& old);
  const Input* reader_of(const std::string& known_as) const;
  base::Status refuse_to_replace(const lake::Manifest& old, const std::string& why) const;
  std::string why_gone(const std::string& name, const lake::ManifestInput& read,
                       std::int64_t events) const;
  base::Result<std::string> first_arrival(const Input& input,
                                          const std::vector<std::int64_t>& gone) const;
  std::string state_name(std::int64_t version) const;
  base::Status start_engine();
  base::Status remove_leftovers();
  std::string definition_hash(const std::string& query, bool relative) const;
  std::vector<std::string> definitions() const;

  // runner_keep.cc
  std::vector<lake::ManifestMark> marks_of(const lake::Manifest& old) const;
  bool covers(const lake::ManifestMark& mark) const;
  std::int64_t watermark_at(const lake::ManifestMark& mark, const Lookback& step) const;
  base::Status choose_kept(const lake::Manifest& old, bool whole);
  base::Result<std::int64_t> last_gone_ms() const;
  base::Status go_on_counting(const lake::Manifest& old);
  static bool stays(const Statement& statement, const std::string& path);
  bool was_made(const Lookback& looks, const lake::ManifestMark& mark, const Table& rows,
                std::size_t row) const;
  base::Status for_new_rows(const Statement& statement,
                            const std::optional<lake::ManifestMark>& mark, const Table& rows,
                            const std::function<base::Status(const Table&)>& use) const;
  bool was_refused(const DeadLetter& letter) const;
  base::Status push(std::size_t index);
  base::Status pass(std::size_t index);

  base::Status write(std::size_t step, const Table& rows) override;
  base::Status dead_letter(const DeadLetter& letter) override;
  void add_alerts(std::size_t step, const Table& rows);
  base::Status send_alerts();

  bool caught_up_with_old() const;
  base::Status check_nothing_lost() const;
  bool reached(const Input& input, const std::vector<std::int64_t>& offsets) const;
  base::Status flush();
  base::Status write_state(const std::string& name);
  lake::ManifestCommit next_commit(const std::string& state);
  void describe_outputs(lake::ManifestCommit& commit);
  void remove_old(lake::ManifestCommit& commit) const;
  void remove_remade(lake::ManifestCommit& commit) const;
  void keep_old(lake::ManifestCommit& commit) const;
  void add_hubs(std::size_t step, std::set<std::string>& hubs) const;
  void note_committed();
  base::Status clean_up(const std::string& old_state);
  std::string next_file_name(const char* ending);
  base::Status read_batch(std::size_t input, bool& any);

  const JobOptions& options_;
  streamsql::Plan plan_;
  std::string definition_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<lake::ManifestLog> log_;
  std::vector<Input> inputs_;          ///< as in plan_.inputs
  std::vector<Statement> statements_;  ///< as in plan_.steps; WITH steps have no output
  Statement dead_letters_;
  Shape dead_shape_;
  std::vector<Alert> alerts_;
  Origin last_alert_;
  std::int64_t alert_number_ = 0;

  bool replacing_ = false;    ///< an older definition's files are still the listed ones
  bool keeping_ = false;      ///< … and some of them stay, since they can't be made again
  bool keeping_all_ = false;  ///< … all: what they were made from isn't read any more
  std::vector<lake::ManifestMark> marks_;      ///< … those that stay right
  std::optional<lake::ManifestMark> passing_;  ///< … where outputs go on that tell by position
  lake::Manifest undone_;  ///< the last commit, where the job goes on from the one before it
  std::vector<std::string> doomed_;  ///< files of an older definition that nobody lists any more
  std::size_t rows_since_ = 0;
  std::size_t rows_made_ = 0;
  bool cut_moved_ = false;
  int next_file_ = 0;  ///< number in the names of the next checkpoint's files
  std::vector<SourceRecord> records_;
  std::map<std::string, OutputStatus> committed_;  ///< by output
};

/// The output name of dead letters in manifests and status; no user's output can have it.
inline constexpr const char* kDeadLetters = "dead letters";
/// In a job's state folder while the job is being removed.
inline constexpr const char* kDropped = "dropped";

}  // namespace stream
