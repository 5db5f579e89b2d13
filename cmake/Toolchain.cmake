# Compiler, linker and cache settings shared by every preset.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
# -Wrestrict is wrong about std::string in g++ 12 (PR 105651); -Wignored-attributes about __int128 as a
# template argument.
add_compile_options(-Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers
                    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> -Wno-ignored-attributes
                    -fno-omit-frame-pointer)
# DT_RPATH holds for the libraries of a library, too (cmake/Dist.cmake).
add_link_options(-Wl,--disable-new-dtags)
# x86-64-v3 (AVX2, BMI2): every server of the last ten years; bench/RESULTS.md names the machine.
add_compile_options(-march=x86-64-v3)
set(THALWEG_SANITIZE "" CACHE STRING "address,undefined or thread")
# fmt in every object costs 3 s of compiling, with a sanitizer 12 s; the program is spared a library.
if(THALWEG_SANITIZE)
  find_package(fmt REQUIRED)
  link_libraries(fmt::fmt)
else()
  add_compile_definitions(FMT_HEADER_ONLY)
endif()
if(THALWEG_SANITIZE)
  # g++ takes what the sanitizers insert for uses of values that are not set.
  add_compile_options(-fsanitize=${THALWEG_SANITIZE} -fno-sanitize-recover=all
                      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_link_options(-fsanitize=${THALWEG_SANITIZE})
endif()
option(THALWEG_FUZZ "instrument for libFuzzer and build tests/fuzz (clang only)" OFF)
if(THALWEG_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
