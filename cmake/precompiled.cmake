# Precompiled headers: reading the standard library, fmt and nlohmann's JSON is a third of the time
# of a build. One set for all rooms and one for all test programs, so that both are made once.
option(HRISTE_PRECOMPILE "Precompile the heavy headers (g++ only)" ON)
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(HRISTE_PRECOMPILE OFF)
endif()

if(HRISTE_PRECOMPILE)
  add_compile_options(-fpch-preprocess)  # lets ccache keep precompiled headers
  set(precompiled_dir ${CMAKE_CURRENT_LIST_DIR}/precompiled)
  add_library(precompiled STATIC ${precompiled_dir}/headers.cc ${precompiled_dir}/json.cc)
  set_source_files_properties(${precompiled_dir}/json.cc PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  target_link_libraries(precompiled PUBLIC dep_fmt spdlog::spdlog nlohmann_json::nlohmann_json)
  # By <name>, since a path of the checkout in the generated header would keep ccache from sharing.
  target_include_directories(precompiled PRIVATE ${precompiled_dir})
  target_precompile_headers(precompiled PRIVATE <headers.h>)

  if(HRISTE_TESTS)
    add_library(precompiled_tests STATIC ${precompiled_dir}/headers.cc)
    target_link_libraries(precompiled_tests PUBLIC precompiled GTest::gmock)
    target_include_directories(precompiled_tests PRIVATE ${precompiled_dir})
    target_precompile_headers(precompiled_tests PRIVATE <test_headers.h>)
  endif()
endif()

# precompile_rooms(<target>) and precompile_tests(<target>): `target` reads the headers precompiled.
function(precompile_room target)
  if(HRISTE_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM precompiled)
  endif()
endfunction()
function(precompile_tests target)
  if(HRISTE_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM precompiled_tests)
  endif()
endfunction()
