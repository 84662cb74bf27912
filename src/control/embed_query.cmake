# cmake -DIN=traffic.asaql -DOUT=default_query_text.cc -P embed_query.cmake: the file as the constant
# control::kDefaultQuery, a raw string (the file holds no ")query").
file(READ ${IN} content)
file(WRITE ${OUT} "// Made from ${IN}.\n#include \"control/default_query.h\"\n\nnamespace control {\n")
file(APPEND ${OUT} "const std::string_view kDefaultQuery = R\"query(${content})query\";\n")
file(APPEND ${OUT} "}  // namespace control\n")
