# SPDX-License-Identifier: BSD-2-Clause
# The home of pp_unit_test() and pp_stress_test().

find_library(PP_CRITERION criterion)
find_path(PP_CRITERION_INCLUDE criterion/criterion.h)
if(NOT PP_CRITERION OR NOT PP_CRITERION_INCLUDE)
	if(DEFINED ENV{CI})
		message(FATAL_ERROR "unit tests cannot be built: Criterion not found (libcriterion-dev)")
	endif()
	message(STATUS "unit tests are off: Criterion not found (libcriterion-dev)")
endif()

# What unit tests share. They link the library's objects and so reach what it
# hides. TSan aborts under Criterion: there they are built but not registered.
function(pp_unit_lib)
	if(TARGET pp_test_lib OR NOT PP_CRITERION)
		return()
	endif()
	add_library(pp_test_lib STATIC ${PROJECT_SOURCE_DIR}/tests/lib/pptest.c)
	target_include_directories(pp_test_lib PUBLIC
		${PROJECT_SOURCE_DIR}/tests/lib ${PP_CRITERION_INCLUDE})
	# usage requirements only: the objects are linked once, by each test
	target_link_libraries(pp_test_lib PUBLIC pp_objects PRIVATE pp_flags
		INTERFACE ${PP_CRITERION})
endfunction()

# pp_unit_test(name sources...): a Criterion program, one per source file of
# the library or subject; label unit.
function(pp_unit_test name)
	pp_unit_lib()
	if(NOT TARGET pp_test_lib)
		return()
	endif()
	add_executable(${name} ${ARGN})
	target_link_libraries(${name} PRIVATE pp_test_lib pp_objects pp_flags)
	if(NOT PP_SANITIZE STREQUAL "tsan")
		# tests of one program run one after the other: CTest's -j counts
		add_test(NAME ${name} COMMAND ${name} --jobs 1)
		set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 300)
	endif()
endfunction()

# pp_stress_test(name sources... [MODES mode...]): a plain program that exits 0,
# 1, or 77 for skipped; label stress. With MODES it is run once for each, the
# mode being its argument.
function(pp_stress_test name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" MODES)
	add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
	target_link_libraries(${name} PRIVATE pagepool_static pp_sanitize
		pp_flags Threads::Threads)
	if(NOT arg_MODES)
		add_test(NAME ${name} COMMAND ${name})
		set(tests ${name})
	endif()
	foreach(mode IN LISTS arg_MODES)
		add_test(NAME ${name}.${mode} COMMAND ${name} ${mode})
		list(APPEND tests ${name}.${mode})
	endforeach()
	set_tests_properties(${tests} PROPERTIES LABELS stress
		SKIP_RETURN_CODE 77 TIMEOUT 300 PROCESSORS 2
		ENVIRONMENT "TSAN_OPTIONS=halt_on_error=1")
endfunction()

# The installed library, as an application finds it; a sanitizer's runtime is
# not for an application to know of.
if(NOT PP_SANITIZE)
	set(PP_TEST_ROOT ${PROJECT_BINARY_DIR}/test-root)
	add_test(NAME install.root COMMAND ${CMAKE_COMMAND} -E env
		DESTDIR=${PP_TEST_ROOT} ${CMAKE_COMMAND} --install
		${PROJECT_BINARY_DIR})
	add_test(NAME install.consumer
		COMMAND ${PROJECT_SOURCE_DIR}/tests/install/run.sh
			${PP_TEST_ROOT}${CMAKE_INSTALL_PREFIX})
	set_tests_properties(install.root PROPERTIES LABELS install
		FIXTURES_SETUP install_root)
	set_tests_properties(install.consumer PROPERTIES LABELS install
		FIXTURES_REQUIRED install_root TIMEOUT 300)
endif()
