# What the rooms link with. Debian's packages are found by pkg-config or CMake; DuckDB, which Debian
# does not have, lies in the cache where script/deps put it (see third_party/pins).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(hriste_pkg target module)
  pkg_check_modules(${target} REQUIRED IMPORTED_TARGET ${module})
  add_library(dep_${target} ALIAS PkgConfig::${target})
endfunction()

hriste_pkg(fmt fmt)
hriste_pkg(zlib zlib)
hriste_pkg(zstd libzstd)
hriste_pkg(lz4 liblz4)
hriste_pkg(simdjson simdjson)
hriste_pkg(md4c_html md4c-html)
hriste_pkg(sqlite sqlite3)
hriste_pkg(postgres libpq)
hriste_pkg(openssl openssl)
hriste_pkg(rdkafka rdkafka)
hriste_pkg(xxhash libxxhash)
find_library(SNAPPY_LIBRARY snappy REQUIRED)
add_library(dep_snappy INTERFACE IMPORTED)
target_link_libraries(dep_snappy INTERFACE ${SNAPPY_LIBRARY})
find_package(spdlog REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)
add_library(dep_eigen ALIAS Eigen3::Eigen)
find_package(nlohmann_json REQUIRED)
find_package(GTest REQUIRED)

# DuckDB: HRISTE_DUCKDB names a folder with include/duckdb.h and lib/libduckdb.so.
if(DEFINED ENV{HRISTE_CACHE})
  set(HRISTE_CACHE_DIR $ENV{HRISTE_CACHE})
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(HRISTE_CACHE_DIR $ENV{XDG_CACHE_HOME}/hriste)
else()
  set(HRISTE_CACHE_DIR $ENV{HOME}/.cache/hriste)
endif()
file(STRINGS ${PROJECT_SOURCE_DIR}/third_party/pins duckdb_pin REGEX "^duckdb ")
string(REGEX MATCH "^duckdb ([^ ]+)" _ "${duckdb_pin}")
set(HRISTE_DUCKDB "${HRISTE_CACHE_DIR}/duckdb-${CMAKE_MATCH_1}" CACHE PATH
    "Folder with DuckDB's include/ and lib/")
if(NOT EXISTS ${HRISTE_DUCKDB}/lib/libduckdb.so)
  message(FATAL_ERROR "DuckDB is not at ${HRISTE_DUCKDB}: run script/deps first")
endif()
# The library is copied beside the binaries and found by $ORIGIN, so that cleaning the cache does
# not break a finished build.
configure_file(${HRISTE_DUCKDB}/lib/libduckdb.so ${CMAKE_BINARY_DIR}/libduckdb.so COPYONLY)
add_library(dep_duckdb SHARED IMPORTED)
set_target_properties(dep_duckdb PROPERTIES
  IMPORTED_LOCATION ${CMAKE_BINARY_DIR}/libduckdb.so
  IMPORTED_NO_SONAME ON
  INTERFACE_INCLUDE_DIRECTORIES ${HRISTE_DUCKDB}/include)
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)

find_library(HTTPLIB_LIBRARY cpp-httplib REQUIRED)
add_library(dep_httplib INTERFACE IMPORTED)
target_link_libraries(dep_httplib INTERFACE ${HTTPLIB_LIBRARY} OpenSSL::SSL OpenSSL::Crypto)
# As the library was built: the layout of its classes depends on it.
target_compile_definitions(dep_httplib INTERFACE CPPHTTPLIB_OPENSSL_SUPPORT)
find_package(OpenSSL REQUIRED)

# gRPC with the lite protobuf runtime. Linked statically where the archives are there: seventy shared
# libraries cost more to load than the provider may take to start.
option(HRISTE_STATIC_GRPC "Link gRPC's static archives" ON)
# Times in time zones. By archives where they are, as gRPC's: both use the same.
pkg_check_modules(ABSL_TIME REQUIRED absl_time)
add_library(dep_absl_time INTERFACE IMPORTED)
set(absl_time_libraries)
foreach(name ${ABSL_TIME_STATIC_LIBRARIES})
  find_library(ABSL_PART_${name} lib${name}.a)
  if(ABSL_PART_${name})
    list(APPEND absl_time_libraries ${ABSL_PART_${name}})
  endif()
endforeach()
target_link_libraries(dep_absl_time INTERFACE -Wl,--start-group ${absl_time_libraries}
                                              -Wl,--end-group)

pkg_check_modules(GRPCPP REQUIRED grpc++)
add_library(dep_grpc INTERFACE IMPORTED)
find_library(PROTOBUF_LITE_ARCHIVE libprotobuf-lite.a)
find_library(GRPCPP_ARCHIVE libgrpc++.a)
if(HRISTE_STATIC_GRPC AND PROTOBUF_LITE_ARCHIVE AND GRPCPP_ARCHIVE)
  set(grpc_libraries ${PROTOBUF_LITE_ARCHIVE})
  set(grpc_names ${GRPCPP_STATIC_LIBRARIES})
  list(REMOVE_DUPLICATES grpc_names)
  foreach(name ${grpc_names})
    find_library(GRPC_PART_${name} lib${name}.a)
    # What comes with the system anyway (C library, OpenSSL, zlib) stays shared.
    if(GRPC_PART_${name} AND NOT name MATCHES "^(ssl|crypto|z|dl|rt|pthread|m|atomic)$")
      list(APPEND grpc_libraries ${GRPC_PART_${name}})
    endif()
  endforeach()
  target_link_libraries(dep_grpc INTERFACE -Wl,--start-group ${grpc_libraries} -Wl,--end-group
                        OpenSSL::SSL OpenSSL::Crypto PkgConfig::zlib Threads::Threads dl rt)
else()
  target_link_libraries(dep_grpc INTERFACE grpc++ protobuf-lite absl_synchronization)
endif()
