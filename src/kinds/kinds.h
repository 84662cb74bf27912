// Resource kinds, declared once as data. The Terraform schema, the REST API's checks, the command
// line and the reference docs are all made from these declarations; a new kind is a new file
// NAME_kind.cc, one line in all_kinds.cc, and its create/read/update/delete in `control`.
//
// Main types: Attribute (one argument or computed value), Kind (a resource, a data source or the
// provider's own settings), Problem (what is wrong, and where).
// Values: plain JSON objects, name → value. An attribute that isn't set is absent or null. A value
// that Terraform does not know yet is unknown(); checks skip it.
// Refs: others name a resource by its `ref`, `name@revision`. The revision is a hash of the
// resource's definition with the refs it uses and of its incarnation (which of those that had the
// name it is), so a change flows at plan from a world to everything that is made from it, and
// what is made anew is not what was there before. Of a resource that is still to be made only the
// name is known: unknown_ref().
// Threads: everything here is immutable or pure. Failure: problems are returned, never thrown.
// Read first: tests/kinds_test.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "kinds/claims.h"

namespace kinds {

using json = nlohmann::json;

/// The form of a value.
enum class Shape {
  kString,
  kInteger,  ///< int64
  kNumber,   ///< double
  kBool,
  kStringList,
  kStringMap,
  /// Map of doubles whose keys are Attribute::nested: Terraform drops what an object doesn't
  /// declare before a provider sees it, and hands a map over as it was written.
  kNumberMap,
  kRows,    ///< list of maps of strings
  kObject,  ///< one object of Attribute::nested
  kObjectList,
  kObjectMap,  ///< map of objects, by name
};

enum class Presence {
  kRequired,
  kOptional,
  kComputed,  ///< given by the daemon, never by the user
};

/// What a string has to look like, beyond being one. For lists and maps: each element.
enum class Form {
  kAny,
  kNotEmpty,
  kName,     ///< base::check_name
  kRef,      ///< name@revision
  kPath,     ///< relative path: names joined by '/'
  kInstant,  ///< base::parse_instant
  kMoment,   ///< base::parse_instant, or `:window_start` or `:window_end` of the run
  kTable,    ///< "silver.NAME" or "gold.NAME"
};

struct Checks {
  std::optional<double> min, max;  ///< of a number, inclusive
  std::vector<std::string> one_of;
  Form form = Form::kAny;
  std::string ref_kind;  ///< Form::kRef: the kind it has to name; empty: any
};

struct Attribute {
  std::string name;
  Shape shape = Shape::kString;
  Presence presence = Presence::kOptional;
  std::string doc;          ///< one line, Markdown
  json fallback = nullptr;  ///< default; null: none
  /// Kind::derive gives the default from other attributes; kComputed: the value, known at plan.
  bool derived = false;
  /// A change destroys and creates. Of a nested ref: when what it names was made anew; to name
  /// another is a change in place.
  bool forces_replacement = false;
  bool sensitive = false;
  bool in_ref = true;       ///< false for settings that change nothing of what is made
  bool recomputed = false;  ///< kComputed: a new value after every update, else it stays
  Checks checks;
  std::vector<Attribute> nested;  ///< of kObject, kObjectList, kObjectMap, kNumberMap
};

/// Where and what. `path` is an array of names and indexes: ["activities", 0, "query"].
struct Problem {
  json path = json::array();
  std::string message;                               ///< what is wrong; what to do
  std::shared_ptr<const base::Card> card = nullptr;  ///< with the place in a text
};
using Problems = std::vector<Problem>;

struct Kind {
  std::string name;  ///< "hriste_world"
  std::string doc;
  std::vector<Attribute> attributes;
  std::string example;  ///< HCL, for the reference
  /// Fills defaults that depend on other attributes; those may be unknown().
  void (*derive)(json& attributes) = nullptr;
  /// Checks between attributes, after each alone is right and defaults are in; may meet unknown().
  Problems (*check)(const json& attributes) = nullptr;
  /// What it writes and owns (claims.h); null: nothing that another one could write too.
  Claims (*claims)(const json& attributes, const TierOf& tier_of) = nullptr;

  const Attribute* find(std::string_view attribute) const;
};

/// In a fixed order. Every kind has `name` (required, forces replacement), `ref` and `id`
/// (computed; `id` is the provider's: the daemon neither gets nor gives it).
std::span<const Kind> all_kinds();
std::span<const Kind> all_data_sources();
/// The provider block's own settings.
const Kind& provider_settings();
/// By "hriste_world" or "world"; null when there is none.
const Kind* find_kind(std::string_view name);
const Kind* find_data_source(std::string_view name);

/// The mark for a value that isn't known yet: a MessagePack extension, as Terraform sends it.
json unknown();
bool is_unknown(const json& value);
/// Whether the value or anything inside it is unknown.
bool has_unknown(const json& value);

/// Every declared attribute present (null when unset), defaults filled, numbers in the type of
/// their shape. Computed values are kept when given. Undeclared members are dropped.
json normalize(const Kind& kind, const json& attributes);

/// All problems, in the order of declaration; undeclared members are problems too. Unknown values
/// skip checks. `attributes` may be normalized or not.
Problems validate(const Kind& kind, const json& attributes);

/// Without the computed attributes: what a user defined and a PUT carries.
json definition(const Kind& kind, const json& attributes);

/// `name@revision` of normalized attributes; nullopt while something it hashes is unknown.
/// `incarnation`: empty for resources of the first catalogues, whose refs stay as they were.
std::optional<std::string> ref(const Kind& kind, const json& attributes,
                               std::string_view incarnation = {});
/// The ref of a resource that is still to be made: unknown, but not null and with this name. A
/// refined unknown of Terraform (MessagePack extension 12).
json unknown_ref(std::string_view name);
/// The name in a ref, of one that is unknown by what its text begins with; nullopt when it can't
/// be told (yet).
std::optional<std::string> name_in_ref(const json& ref);
/// The same value with a text of a ref's form in place of each unknown ref whose name is known, so
/// that something can be asked about what is still to be made.
json with_refs_to_come(const json& value);
/// Whether a ref is such a text: no resource has it.
bool is_to_come(std::string_view ref);
/// "name@revision" → {name, revision}. Errors: kInvalidArgument when it isn't one.
base::Result<std::pair<std::string, std::string>> split_ref(std::string_view ref);

/// Paths of what differs and can't be changed in place; `before` and `after` are normalized.
std::vector<json> replacing_changes(const Kind& kind, const json& before, const json& after);

/// A ref that stands somewhere in a resource's attributes.
struct RefUse {
  json path;
  std::string kind;  ///< the kind it has to name; empty: any
  std::string name, revision;
};
/// All known refs in `attributes`, in the order of declaration.
std::vector<RefUse> refs_in(const Kind& kind, const json& attributes);

/// "activities[0].query", for messages.
std::string path_text(const json& path);

/// docs/reference.md, made from the declarations.
std::string reference_markdown();

}  // namespace kinds
