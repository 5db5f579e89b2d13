# Compiler, linker and cache settings shared by every preset.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
add_compile_options(-Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers
                    -fno-omit-frame-pointer)
# DT_RPATH holds for the libraries of a library, too (cmake/Dist.cmake).
add_link_options(-Wl,--disable-new-dtags)
# x86-64-v3 (AVX2, BMI2): every server of the last ten years; bench/RESULTS.md names the machine.
add_compile_options(-march=x86-64-v3)
add_compile_definitions(FMT_HEADER_ONLY)
set(THALWEG_SANITIZE "" CACHE STRING "address,undefined or thread")
if(THALWEG_SANITIZE)
  add_compile_options(-fsanitize=${THALWEG_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${THALWEG_SANITIZE})
endif()
