// What columns the files of a table have. Files are written at different times and by different
// programs: each keeps its own columns and types, and a table's are the union of theirs, with types
// that hold them all. Stays inside lake.
//
// Each file is looked into once: {lake}/_shapes/{tier}.{name}.json remembers what was found, by
// path, size and time of writing. It may be removed at any time.
#pragma once

#include <string>
#include <vector>

#include "lake/table_source_internal.h"

namespace lake {

struct FileColumn {
  std::string name, type;  ///< as DESCRIBE says it
  bool operator==(const FileColumn&) const = default;
};
using Shape = std::vector<FileColumn>;

/// Files with one shape, in the order that they were given.
struct ShapedFiles {
  Shape shape;
  std::vector<std::string> files;
};

/// Parquet files by their columns, without those of key=value folders; the group of the first file
/// first.
base::Result<std::vector<ShapedFiles>> parquet_shapes(DuckConnection& connection, base::Env& env,
                                                      const TableSource& source,
                                                      const std::vector<std::string>& files);

/// Columns and types of all objects or lines of JSON and CSV files, each looked at whole.
base::Result<Shape> text_shape(DuckConnection& connection, base::Env& env,
                               const TableSource& source);

/// Columns and types of a SELECT.
base::Result<Shape> describe(DuckConnection& connection, const std::string& select);

/// Adds what `into` lacks and widens what both have. Names differ by more than case.
void merge_shape(Shape& into, const Shape& more);
/// The narrowest type that holds the values of both: INTEGER and DOUBLE give DOUBLE, structs the
/// union of their members, what nothing else holds VARCHAR.
std::string wider_type(const std::string& a, const std::string& b);
bool equal_names(std::string_view a, std::string_view b);

/// ['a', 'b'] of paths.
std::string file_list(const std::vector<std::string>& files);
/// Options of read_json beside hive_partitioning and sample_size.
extern const char* const kJsonOptions;
/// Of how many text files the engine looks for columns at once: it sets 32 MB aside for each,
/// whatever is in it, and keeps them until it has looked into all.
inline constexpr std::size_t kTextFilesAtOnce = 4;

/// The top-level parts of "a INTEGER, b STRUCT(c INTEGER)", and one of them in two.
std::vector<std::string> split_fields(std::string_view text);
std::pair<std::string, std::string> split_name(const std::string& part);

}  // namespace lake
