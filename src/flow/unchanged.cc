#include "flow/unchanged.h"

#include "base/guarded.h"
#include "base/log.h"
#include "flow/rerun.h"

namespace flow {

std::optional<Standing> standing_of(ActivityType& type, const Activity& activity,
                                    const RunContext& context) {
  auto standing = base::guarded([&] { return type.standing(activity, context); });
  if (standing) return std::move(*standing);
  base::log_warn("flow", "standing_unknown", "activity={} error={}", activity.name,
                 standing.error().message);
  return std::nullopt;
}

bool is_unchanged(const Activity& activity, const ActivityRecord& last,
                  const std::optional<Standing>& now) {
  return now && last.standing && last.definition == activity.definition && *last.standing == *now;
}

ActivityRecord kept_of(const ActivityRecord& last, ActivityRecord mine) {
  mine.state = State::kSucceeded;
  mine.kept = true;
  mine.kept_from = last.kept_from;
  mine.standing = last.standing;
  mine.result = last.result;
  return mine;
}

std::map<std::string, ActivityRecord> last_successes(const Pipeline& pipeline,
                                                     const std::vector<json>& records) {
  std::map<std::string, ActivityRecord> last;
  for (const auto& record : records) {
    for (const auto& activity : pipeline.activities) {
      if (last.contains(activity.name)) continue;
      auto success = recorded_success(record, activity);
      if (!success || !success->standing) continue;
      if (success->kept_from.empty()) success->kept_from = record.value("id", "");
      last[activity.name] = std::move(*success);
    }
  }
  return last;
}

}  // namespace flow
