# Installs the libraries, the headers, the pkg-config files and the CMake package.
# docs/CMakeLists.txt installs the man pages, examples/ and bench/ the programs.
include(CMakePackageConfigHelpers)
include(lib/sim/sim.cmake)

install(TARGETS zcxsk zcxsk_static
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
# The simulated kernel for users' tests: lib/sim/sim.cmake, sim.h.
if(ZCXSK_SIM)
  install(TARGETS zcxsk_sim ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/zcxsk
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH ZCXSK_PC_PREFIX /prefix/${pkgconfig_folder} /prefix)
string(REGEX REPLACE "/$" "" ZCXSK_PC_PREFIX "${ZCXSK_PC_PREFIX}")
foreach(name libzcxsk libzcxsk-static)
  configure_file(lib/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${pkgconfig_folder})
endforeach()

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/zcxsk)
configure_package_config_file(lib/zcxsk-config.cmake.in
  ${PROJECT_BINARY_DIR}/zcxsk-config.cmake
  INSTALL_DESTINATION ${package_folder}
  PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
# Until 1.0 a minor version may change the ABI, and the soname with it.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/zcxsk-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/zcxsk-config.cmake
  ${PROJECT_BINARY_DIR}/zcxsk-config-version.cmake DESTINATION ${package_folder})
