# cmake -DFROM=folder -DOUT=shipped_texts.cc -P embed.cmake: the folder's .sql, .asaql and .json files as
# control::kShippedTexts, each a raw string (none holds `)text"`).
file(GLOB names RELATIVE ${FROM} ${FROM}/*.sql ${FROM}/*.asaql ${FROM}/*.json)
list(SORT names)
file(WRITE ${OUT} "// Made from the files of src/control/shipped.\n#include \"control/shipped.h\"\n\n")
file(APPEND ${OUT} "namespace control {\nnamespace {\nconstexpr ShippedText kTexts[] = {\n")
foreach(name ${names})
  file(READ ${FROM}/${name} content)
  file(APPEND ${OUT} "{\"${name}\", R\"text(${content})text\"},\n")
endforeach()
file(APPEND ${OUT} "};\n}  // namespace\n")
file(APPEND ${OUT} "const std::span<const ShippedText> kShippedTexts = kTexts;\n}  // namespace control\n")
