# The relocatable folder of ./dev dist: bin/thalweg and lib/ with every shared library that it needs
# but the C library's own. The program finds them through $ORIGIN, and DT_RPATH (not RUNPATH) lets
# them find each other.
function(thalweg_dist program)
  set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib")
  install(TARGETS ${program} RUNTIME_DEPENDENCY_SET thalweg_libraries
          RUNTIME DESTINATION bin COMPONENT dist)
  install(RUNTIME_DEPENDENCY_SET thalweg_libraries
          PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|resolv)\\.so"
          DIRECTORIES ${Arrow_ROOT}
          LIBRARY DESTINATION lib COMPONENT dist)
endfunction()
