# gpswitch_library(csv SOURCES a.cpp ... TESTS a_test.cpp ... USES io report ... LINKS extern::lib ...)
# makes gpswitch::csv; USES is the layering rule made visible (design section 7). TESTS join the one test
# binary directly: inside a static library doctest would find no cases and report success.
set_property(GLOBAL PROPERTY GPSWITCH_TESTS "")
set_property(GLOBAL PROPERTY GPSWITCH_LIBRARIES "")

add_compile_definitions(GPSWITCH_VERSION="${PROJECT_VERSION}")
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
# The fuzz targets are built with clang, whose warnings are others.
if(NOT GPSWITCH_FUZZ)
  add_compile_options(-Werror)
endif()
# simdjson, fmt and spdlog come from Debian and are compiled with their own flags.

function(gpswitch_library name)
  cmake_parse_arguments(L "" "" "SOURCES;TESTS;USES;LINKS" ${ARGN})
  add_library(gpswitch_${name} STATIC ${L_SOURCES})
  add_library(gpswitch::${name} ALIAS gpswitch_${name})
  target_include_directories(gpswitch_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  foreach(use IN LISTS L_USES)
    target_link_libraries(gpswitch_${name} PUBLIC gpswitch::${use})
  endforeach()
  target_link_libraries(gpswitch_${name} PRIVATE ${L_LINKS})
  foreach(test IN LISTS L_TESTS)
    set_property(GLOBAL APPEND PROPERTY GPSWITCH_TESTS ${CMAKE_CURRENT_SOURCE_DIR}/${test})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY GPSWITCH_LIBRARIES gpswitch::${name})
endfunction()

# One doctest binary with every *_test.cpp, one CTest entry per case.
function(gpswitch_tests)
  get_property(sources GLOBAL PROPERTY GPSWITCH_TESTS)
  get_property(libraries GLOBAL PROPERTY GPSWITCH_LIBRARIES)
  add_executable(gpswitch_tests ${PROJECT_SOURCE_DIR}/core/util/test_main.cpp ${sources})
  target_link_libraries(gpswitch_tests PRIVATE ${libraries})
  target_compile_definitions(gpswitch_tests PRIVATE GPSWITCH_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # Optimised, a file of doctest cases compiles three times as long as without; the code under test stays optimised.
  target_compile_options(gpswitch_tests PRIVATE $<$<CONFIG:RelWithDebInfo>:-O0>)
  list(APPEND CMAKE_MODULE_PATH /usr/lib/cmake/doctest)
  include(doctest)
  doctest_discover_tests(gpswitch_tests PROPERTIES LABELS unit)
endfunction()
