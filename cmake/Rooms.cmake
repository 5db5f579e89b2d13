# thalweg_room(NAME [ROOMS room...] [VENDORS target...] [MAIN program])
#   One static library per room from all its .cc files; *_test.cc become the room's test binary.
#   MAIN names the program that is made of the room's main.cc and its library.
#   A room's headers are included as "room/header.h". tools/tidy reads the same rows.
set_property(GLOBAL PROPERTY THALWEG_ROOMS "")
function(thalweg_room name)
  cmake_parse_arguments(ARG "" "MAIN" "ROOMS;VENDORS" ${ARGN})
  set(dir ${PROJECT_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  set(main ${sources})
  list(FILTER main INCLUDE REGEX "/${name}/main\\.cc$")
  list(FILTER sources EXCLUDE REGEX "/${name}/main\\.cc$")
  if(sources)
    add_library(thalweg_${name} STATIC ${sources})
    set(visibility PUBLIC)
  else()
    add_library(thalweg_${name} INTERFACE)
    set(visibility INTERFACE)
  endif()
  set(target thalweg_${name})
  target_include_directories(${target} ${visibility} ${PROJECT_SOURCE_DIR}/src
                             ${PROJECT_SOURCE_DIR}/include)
  foreach(room ${ARG_ROOMS})
    target_link_libraries(${target} ${visibility} thalweg_${room})
  endforeach()
  target_link_libraries(${target} ${visibility} ${ARG_VENDORS})
  if(ARG_MAIN AND main)
    add_executable(${ARG_MAIN} ${main})
    target_link_libraries(${ARG_MAIN} PRIVATE thalweg_${name})
    set_target_properties(${ARG_MAIN} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  endif()
  if(tests)
    set_property(GLOBAL APPEND PROPERTY THALWEG_ROOMS ${name})
    set_property(GLOBAL PROPERTY THALWEG_TESTS_${name} "${tests}")
  endif()
endfunction()

# thalweg_add_test(NAME COMMAND...): a ctest test that runs at the project's root. What counts its
# own cases writes them, in the shape of GoogleTest's JSON, to the file that GTEST_OUTPUT names;
# tools/test_summary.py adds them up.
function(thalweg_add_test name)
  add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  # Jobs keep checkpoints under XDG_STATE_HOME; ./dev test begins with an empty one.
  set(environment "GTEST_OUTPUT=json:${CMAKE_BINARY_DIR}/results/${name}.json"
    "XDG_STATE_HOME=${CMAKE_BINARY_DIR}/state/${name}")
  set(timeout 900)
  if(THALWEG_SANITIZE)
    # TSan follows a fork only if no thread has begun before; libarrow's allocator begins one at once.
    # It is not instrumented either: memory that one thread gives back and another gets looks shared.
    list(APPEND environment "UBSAN_OPTIONS=print_stacktrace=1"
      "JE_ARROW_MALLOC_CONF=background_thread:false"
      "ARROW_DEFAULT_MEMORY_POOL=system"
      "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tools/sanitizers/tsan.txt:die_after_fork=0")
    set(timeout 3600)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} ENVIRONMENT "${environment}")
endfunction()

# Makes one GoogleTest binary per room that has tests, registered with ctest.
function(thalweg_tests_enable)
  get_property(rooms GLOBAL PROPERTY THALWEG_ROOMS)
  foreach(room ${rooms})
    get_property(tests GLOBAL PROPERTY THALWEG_TESTS_${room})
    add_executable(${room}_test ${tests})
    target_link_libraries(${room}_test PRIVATE thalweg_${room} GTest::gtest GTest::gtest_main)
    set_target_properties(${room}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
    thalweg_add_test(${room}_test ${room}_test)
  endforeach()
endfunction()
