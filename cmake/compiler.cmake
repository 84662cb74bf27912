# Flags that every room is compiled with. Third-party headers come in as SYSTEM, so that
# warnings-as-errors speak of our own code only.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # base_dir and hash_dir let checkouts in different folders share one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

find_program(LLD ld.lld)
if(LLD)
  add_link_options(-fuse-ld=lld)
endif()

# No option may name the checkout's folder: it would keep ccache from sharing between checkouts.
add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports false positives inside its own headers at -O2.
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds
                      -Wno-stringop-overflow -Wno-stringop-overread -Wno-dangling-pointer)
  # Its garbage collector, as it comes, takes a sixth of the time of a large unit.
  add_compile_options(--param=ggc-min-expand=200 --param=ggc-min-heapsize=524288)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12 offers std::expected only to compilers that claim the newest concepts; its
  # stable_sort uses what it itself calls deprecated.
  add_compile_options(-Wno-builtin-macro-redefined -D__cpp_concepts=202002L
                      -Wno-deprecated-declarations
                      -Wno-gnu-statement-expression-from-macro-expansion)
endif()

set(HRISTE_SANITIZE "" CACHE STRING "Sanitizers, as given to -fsanitize=")
if(HRISTE_SANITIZE)
  set(CMAKE_CXX_FLAGS_RELEASE "-O1 -DNDEBUG")  # compiled in two thirds of the time, finds the same
  add_compile_options(-fsanitize=${HRISTE_SANITIZE} -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${HRISTE_SANITIZE})
  if(HRISTE_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
