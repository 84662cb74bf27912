# cmake -DFROM=folder -DOUT=python_texts.cc -P embed.cmake: the files as constants, raw strings.
file(WRITE ${OUT} "// Made from the files in ${FROM}.\n#include \"control/python_texts.h\"\n\nnamespace control {\n")
foreach(pair "kRunner=runner.py" "kPreamble=preamble.py" "kRequirements=requirements.txt" "kTrim=trim.py")
  string(REGEX MATCH "^([A-Za-z]+)=(.*)$" _ ${pair})
  set(name ${CMAKE_MATCH_1})
  file(READ ${FROM}/${CMAKE_MATCH_2} content)
  file(APPEND ${OUT} "const std::string_view ${name} = R\"embedded(${content})embedded\";\n")
endforeach()
file(APPEND ${OUT} "}  // namespace control\n")
