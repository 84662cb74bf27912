# The answer key knows what every table should hold. The grade is computed at the end of the run and
# recorded; this reads the record, so that a plan costs nothing and shows no change.
data "hriste_grade" "recorded" {
  depends_on = [hriste_trigger.on_apply]
}

# The data source stands outside of the check block: inside, it would make every plan show a change.
check "everything_is_right" {
  assert {
    # Not graded yet is not wrong.
    condition     = data.hriste_grade.recorded.all_right != false
    error_message = "Only ${coalesce(data.hriste_grade.recorded.passed, 0)} of ${coalesce(data.hriste_grade.recorded.total, 0)} checks are right; `hriste grade` says which ones are not."
  }
}
