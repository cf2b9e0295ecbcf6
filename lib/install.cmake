# What is installed: libraries, headers, pkg-config file, CMake package. Man
# pages are in docs/CMakeLists.txt, programs beside their sources.
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
configure_file(lib/libzcxsk.pc.in ${PROJECT_BINARY_DIR}/libzcxsk.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/libzcxsk.pc DESTINATION ${pkgconfig_folder})

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
