# The simulated kernel, libzcxsk-sim.a, for our tests and those of users. It needs only
# the library's headers, so it can be linked with the shared or the static library.
# Included by the tests and, if no tests are built, by lib/install.cmake.
include_guard(GLOBAL)
option(ZCXSK_SIM "Build libzcxsk-sim, a kernel for tests" ON)
if(NOT ZCXSK_SIM)
  return()
endif()

set(sim_sources sim.c clock.c rx.c tx.c faults.c rings.c)
list(TRANSFORM sim_sources PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
add_library(zcxsk_sim_objects OBJECT ${sim_sources})
target_link_libraries(zcxsk_sim_objects PRIVATE zcxsk_flags)
# Of lib/ it includes only headers of base/.
target_include_directories(zcxsk_sim_objects
  PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/lib)

# One object in which the names shared by its files are local, as in libzcxsk.a.
set(sim_whole ${CMAKE_CURRENT_BINARY_DIR}/libzcxsk-sim.o)
add_custom_command(OUTPUT ${sim_whole}
  COMMAND ${CMAKE_C_COMPILER} -r -nostdlib -o ${sim_whole} $<TARGET_OBJECTS:zcxsk_sim_objects>
  COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${sim_whole}
  DEPENDS zcxsk_sim_objects $<TARGET_OBJECTS:zcxsk_sim_objects>
  COMMENT "Joining libzcxsk-sim.o" COMMAND_EXPAND_LISTS VERBATIM)
add_library(zcxsk_sim STATIC ${sim_whole})
set_target_properties(zcxsk_sim PROPERTIES OUTPUT_NAME zcxsk-sim LINKER_LANGUAGE C)
target_include_directories(zcxsk_sim INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
