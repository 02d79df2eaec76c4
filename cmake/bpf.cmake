# SPDX-License-Identifier: BSD-2-Clause
# The home of the rule that makes a BPF object and its skeleton header.
#
# pp_add_bpf(TARGET SRC): TARGET is an INTERFACE library whose include directory
# holds <name>.skel.h made from SRC (<name>.bpf.c). The skeleton's struct is
# called <name>_bpf. Linking TARGET is enough, also for the order of the build.

find_program(PP_CLANG clang)
find_program(PP_BPFTOOL bpftool PATHS /usr/sbin /sbin)

function(pp_add_bpf target src)
	get_filename_component(src "${src}" ABSOLUTE)
	get_filename_component(name "${src}" NAME_WE)
	get_filename_component(srcdir "${src}" DIRECTORY)
	set(dir "${CMAKE_CURRENT_BINARY_DIR}/bpf")
	set(obj "${dir}/${name}.bpf.o")
	set(skel "${dir}/${name}.skel.h")

	# asm/types.h lies below the machine's own triplet on Debian; clang does
	# not look there for the bpf target
	set(include)
	if(CMAKE_LIBRARY_ARCHITECTURE)
		set(include -idirafter
			"/usr/include/${CMAKE_LIBRARY_ARCHITECTURE}")
	endif()

	file(GLOB headers CONFIGURE_DEPENDS "${srcdir}/*.h")
	file(MAKE_DIRECTORY "${dir}")
	add_custom_command(OUTPUT "${obj}"
		COMMAND "${PP_CLANG}" -target bpf -g -O2 -Wall -Wextra -Werror
			"-fdebug-prefix-map=${PROJECT_SOURCE_DIR}=."
			-I "${srcdir}" ${include} -c "${src}" -o "${obj}"
		DEPENDS "${src}" ${headers}
		COMMENT "BPF ${name}.bpf.o" VERBATIM)
	# the shell form: bpftool can only write to stdout; a failure leaves no
	# half-written header behind
	add_custom_command(OUTPUT "${skel}"
		COMMAND "${PP_BPFTOOL}" gen skeleton "${obj}" name "${name}_bpf"
			> "${skel}.tmp"
		COMMAND "${CMAKE_COMMAND}" -E rename "${skel}.tmp" "${skel}"
		DEPENDS "${obj}"
		COMMENT "BPF ${name}.skel.h" VERBATIM)

	add_custom_target(${target}_gen DEPENDS "${skel}")
	add_library(${target} INTERFACE)
	add_dependencies(${target} ${target}_gen)
	# SYSTEM: generated code does not follow our warnings
	target_include_directories(${target} SYSTEM INTERFACE "${dir}")
	target_include_directories(${target} INTERFACE "${srcdir}")
endfunction()
