// What the catalogue holds of runs and grades, brought to the form in which they are written: a
// record that somebody or a fault has changed is shown as far as it goes, and nobody behind the
// catalogue meets a member that is absent or of another type. Pure, thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace catalogue {

/// Every member of `sample` is there, of the sample's type, else as in the sample; further members
/// stay. Of lists the elements that are of the first sample's type are kept, each in its form (an
/// empty sample takes all); an object with the only member "" stands for a map of such values; null
/// takes anything.
nlohmann::json formed_as(const nlohmann::json& sample, nlohmann::json stored);

/// As grade::Report::to_json() writes it; null when nothing of it can be told.
nlohmann::json grade_form(nlohmann::json stored);
/// As flow::RunRecord::to_json() writes it.
nlohmann::json run_form(const std::string& id, const std::string& pipeline,
                        const std::string& state, nlohmann::json stored);

}  // namespace catalogue
