# A room is a folder below src/. The arrows between rooms stand in src/rooms.txt, one place for
# the build, for the include check (script/check-rooms) and for the reader.

# Files of a room are compiled together: what they include and the templates they share cost once.
# Off where single files are edited (preset dev): then only they are compiled again.
option(HRISTE_UNITY "Compile the files of a room together" ON)

# How many files are compiled as one. Fewer of the tests, so that two cores share a room's.
set(HRISTE_UNITY_BATCH 16)
set(HRISTE_UNITY_TEST_BATCH 8)

function(compile_batches target size)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${HRISTE_UNITY}
                                             UNITY_BUILD_BATCH_SIZE ${size})
  if(HRISTE_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # It takes a file that is included for a header, whose anonymous namespaces would be many.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

# The files of a target are compiled as one, with the headers precompiled.
function(compile_together target)
  precompile_room(${target})
  compile_batches(${target} ${HRISTE_UNITY_BATCH})
endfunction()

# What waits for disks, sockets and people, and computes nothing itself, is compiled in two thirds of
# the time with -O1; so are tests.
function(compile_lightly target)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -O1)
  endif()
endfunction()

# add_room(NAME <name> [LIGHT] [LIBS <cmake targets>...])
# Builds the static library `<name>` from src/<name>/*.cc and, when there are any, the test program
# `<name>_test` from src/<name>/tests/*_test.cc, which may also use src/base/testing. Dependencies
# on other rooms come from rooms.txt. LIGHT: see compile_lightly.
function(add_room)
  cmake_parse_arguments(ROOM "LIGHT" "NAME" "LIBS;EXTRA_SRCS" ${ARGN})
  set(dir ${PROJECT_SOURCE_DIR}/src/${ROOM_NAME})
  file(GLOB srcs CONFIGURE_DEPENDS ${dir}/*.cc)
  list(FILTER srcs EXCLUDE REGEX "/main[^/]*\\.cc$")
  list(APPEND srcs ${ROOM_EXTRA_SRCS})
  if(srcs)
    set(kind PUBLIC)
    add_library(${ROOM_NAME} STATIC ${srcs})
    compile_together(${ROOM_NAME})
    if(ROOM_LIGHT)
      compile_lightly(${ROOM_NAME})
    endif()
  else()
    set(kind INTERFACE)
    add_library(${ROOM_NAME} INTERFACE)
  endif()
  target_include_directories(${ROOM_NAME} ${kind} ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${ROOM_NAME} ${kind} ${HRISTE_ROOM_DEPS_${ROOM_NAME}} ${ROOM_LIBS})
  if(ROOM_NAME STREQUAL base AND TARGET precompiled)
    target_link_libraries(base PUBLIC precompiled)  # JSON, compiled once
  endif()

  file(GLOB tests CONFIGURE_DEPENDS ${dir}/tests/*_test.cc)
  if(HRISTE_TESTS AND tests)
    add_executable(${ROOM_NAME}_test ${tests})
    target_link_libraries(${ROOM_NAME}_test PRIVATE ${ROOM_NAME} base_testing GTest::gmock
                                                    GTest::gtest_main)
    precompile_tests(${ROOM_NAME}_test)
    compile_lightly(${ROOM_NAME}_test)
    compile_batches(${ROOM_NAME}_test ${HRISTE_UNITY_TEST_BATCH})
    set_property(GLOBAL APPEND PROPERTY HRISTE_TEST_PROGRAMS ${ROOM_NAME}_test)
    gtest_discover_tests(${ROOM_NAME}_test DISCOVERY_MODE PRE_TEST
                         PROPERTIES TIMEOUT 300 LABELS "unit;${ROOM_NAME}")
  endif()
endfunction()

# Reads src/rooms.txt ("room: dep dep") and adds each room's folder that exists.
function(add_rooms)
  file(STRINGS ${PROJECT_SOURCE_DIR}/src/rooms.txt lines REGEX "^[a-z]+:")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
               ${PROJECT_SOURCE_DIR}/src/rooms.txt)
  foreach(line ${lines})
    string(REGEX MATCH "^([a-z]+): *(.*)$" _ "${line}")
    set(room ${CMAKE_MATCH_1})
    string(REPLACE " " ";" deps "${CMAKE_MATCH_2}")
    set(present)
    if(NOT room STREQUAL base)
      list(APPEND deps base)  # every room knows base
      list(REMOVE_DUPLICATES deps)
    endif()
    foreach(dep ${deps})
      if(EXISTS ${PROJECT_SOURCE_DIR}/src/${dep}/CMakeLists.txt)
        list(APPEND present ${dep})
      endif()
    endforeach()
    set(HRISTE_ROOM_DEPS_${room} ${present})
    if(EXISTS ${PROJECT_SOURCE_DIR}/src/${room}/CMakeLists.txt)
      add_subdirectory(src/${room})
    endif()
  endforeach()
endfunction()
