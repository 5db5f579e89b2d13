# Arrow C++ and Parquet from the pinned pyarrow wheel in the project's private venv.
# Arrow_ROOT=<folder with include/ and libarrow.so.*> overrides. Targets: PyArrow::arrow,
# PyArrow::parquet. Never link libarrow_python.
set(Arrow_ROOT "" CACHE PATH "folder of an Arrow C++ installation (a pyarrow package folder)")
if(NOT Arrow_ROOT)
  file(GLOB candidates ${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/pyarrow
       $ENV{THALWEG_VENV}/lib/python3*/site-packages/pyarrow)
  if(candidates)
    # Remembered, so that a build can configure itself again without the environment.
    list(GET candidates 0 found)
    set(Arrow_ROOT "${found}" CACHE PATH "" FORCE)
  endif()
endif()
file(GLOB PyArrow_LIB ${Arrow_ROOT}/libarrow.so.*)
file(GLOB PyArrow_PARQUET_LIB ${Arrow_ROOT}/libparquet.so.*)
find_path(PyArrow_INCLUDE arrow/api.h PATHS ${Arrow_ROOT}/include NO_DEFAULT_PATH)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PyArrow
  REASON_FAILURE_MESSAGE "run ./dev setup (installs pyarrow into .venv) or set Arrow_ROOT"
  REQUIRED_VARS PyArrow_LIB PyArrow_PARQUET_LIB PyArrow_INCLUDE)
if(PyArrow_FOUND AND NOT TARGET PyArrow::arrow)
  add_library(PyArrow::arrow SHARED IMPORTED)
  set_target_properties(PyArrow::arrow PROPERTIES IMPORTED_LOCATION ${PyArrow_LIB}
    INTERFACE_INCLUDE_DIRECTORIES ${PyArrow_INCLUDE})
  add_library(PyArrow::parquet SHARED IMPORTED)
  set_target_properties(PyArrow::parquet PROPERTIES IMPORTED_LOCATION ${PyArrow_PARQUET_LIB}
    INTERFACE_INCLUDE_DIRECTORIES ${PyArrow_INCLUDE} INTERFACE_LINK_LIBRARIES PyArrow::arrow)
endif()
