# cmake -DDIR=data -DOUT=world_data.cc -P embed.cmake: each data/NAME.txt becomes the constant
# world::data::NAME, a raw string (the files hold no ")list").
file(GLOB files ${DIR}/*.txt)
list(SORT files)
set(text "// Made from src/world/data by embed.cmake.\n#include \"world/data.h\"\n\nnamespace world::data {\n")
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} content)
  string(APPEND text "const std::string_view ${name} = R\"list(${content})list\";\n")
endforeach()
string(APPEND text "}  // namespace world::data\n")
file(WRITE ${OUT} "${text}")
