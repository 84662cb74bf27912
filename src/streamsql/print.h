// The parsed form back to text, in one canonical layout: parse(print(parse(x))) prints the same.
#pragma once

#include <string>

#include "streamsql/ast.h"

namespace streamsql {

std::string print(const Script& script);
std::string print(const Expr& expr);

}  // namespace streamsql
