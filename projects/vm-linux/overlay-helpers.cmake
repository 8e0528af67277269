# SPDX-License-Identifier: BSD-2-Clause
#
# Overlays: sets of files that are added to a guest's root file system. An overlay is a custom
# target; its files are kept in its properties and read through generator expressions, so they may
# be added before or after the overlay is bound to an image, and from any project.
#
#   VM_OVERLAY_ENTRIES  lines for overlay-rootfs: kind, name in the image, source or link target
#   VM_OVERLAY_DEPENDS  files and targets that an image with this overlay depends on
#   VM_OVERLAY_NAMES    the names alone
include_guard(GLOBAL)

# A workspace may be made of symbolic links.
get_filename_component(VM_OVERLAY_DIR ${CMAKE_CURRENT_LIST_DIR} REALPATH)
set(VM_OVERLAY_DIR ${VM_OVERLAY_DIR} CACHE INTERNAL "")
include(${VM_OVERLAY_DIR}/../../cmake/argument-checks.cmake)
include(${VM_OVERLAY_DIR}/../../cmake/external-project-helpers.cmake)

# The name in the image: location/filename without leading slashes and "."; what leaves the root is
# refused.
function(vm_overlay_name outvar who location filename)
    set(parts "")
    if("${location}/${filename}" MATCHES "[;\t\n]|\\$<")
        message(FATAL_ERROR "${who}: \"${location}/${filename}\" is no name for a file of an "
            "overlay: it cannot have semicolons, tabs, line breaks and $<. A folder that is added "
            "with AddOverlayToRootfs() may have them.")
    endif()
    string(REPLACE "/" ";" components "${location}/${filename}")
    foreach(component IN LISTS components)
        if(component STREQUAL "..")
            message(FATAL_ERROR "${who}: \"${location}/${filename}\" leaves the root file system; "
                "root_location is relative to the guest's root and has no \"..\".")
        elseif(NOT component STREQUAL "" AND NOT component STREQUAL ".")
            list(APPEND parts "${component}")
        endif()
    endforeach()
    list(JOIN parts "/" name)
    if(filename STREQUAL "" OR filename MATCHES "/$|^\\.$")
        message(FATAL_ERROR "${who}: filename \"${filename}\" is no name for a file.")
    endif()
    set(${outvar} "${name}" PARENT_SCOPE)
endfunction()

# Adds one entry; the same again is harmless, another source for the same name is an error.
function(vm_overlay_add who overlay kind name source)
    caisson_check_target_name("${who}" overlay_name "${overlay}")
    if(NOT TARGET ${overlay})
        add_custom_target(${overlay})
        set_property(TARGET ${overlay} PROPERTY VM_OVERLAY TRUE)
    endif()
    get_target_property(is_overlay ${overlay} VM_OVERLAY)
    if(NOT is_overlay)
        message(FATAL_ERROR "${who}: overlay_name ${overlay} is a target already, and not an "
            "overlay; choose another name for the overlay.")
    endif()
    set(entry "${kind}\t${name}\t${source}")
    get_target_property(names ${overlay} VM_OVERLAY_NAMES)
    get_target_property(entries ${overlay} VM_OVERLAY_ENTRIES)
    if(entries AND "${entry}" IN_LIST entries)
        return()
    endif()
    if(names AND "${name}" IN_LIST names)
        message(FATAL_ERROR "${who}: overlay ${overlay} has a file \"${name}\" already; give one "
            "of the two another filename or root_location.")
    endif()
    set_property(TARGET ${overlay} APPEND PROPERTY VM_OVERLAY_NAMES "${name}")
    set_property(TARGET ${overlay} APPEND PROPERTY VM_OVERLAY_ENTRIES "${entry}")
endfunction()

# AddFileToOverlayDir(<filename> <file_location> <root_location> <overlay_name> [DEPENDS …])
# The file will be <root_location>/<filename> in the guest. Execute permissions are the file's own.
function(AddFileToOverlayDir filename file_location root_location overlay_name)
    cmake_parse_arguments(PARSE_ARGV 4 arg "" "" "DEPENDS")
    set(who "AddFileToOverlayDir(${filename})")
    caisson_check_rest("${who}" "after overlay_name it takes DEPENDS" ${arg_UNPARSED_ARGUMENTS})
    caisson_check_depends("${who}" ${arg_DEPENDS})
    vm_overlay_name(name "${who}" "${root_location}" "${filename}")
    if(file_location STREQUAL "" OR
            (file_location MATCHES ";" AND NOT file_location MATCHES "\\$<"))
        message(FATAL_ERROR "${who}: file_location is \"${file_location}\"; give the path of one "
            "file.")
    endif()
    # Relative names mean the caller's folder, whoever has the image.
    set(depends "")
    foreach(name_or_file IN LISTS arg_DEPENDS)
        if(NOT TARGET "${name_or_file}" AND EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${name_or_file}")
            set(name_or_file "${CMAKE_CURRENT_SOURCE_DIR}/${name_or_file}")
        endif()
        list(APPEND depends "${name_or_file}")
    endforeach()
    if(NOT file_location MATCHES "\\$<")
        get_filename_component(file_location "${file_location}" ABSOLUTE BASE_DIR
            ${CMAKE_CURRENT_SOURCE_DIR})
        get_source_file_property(generated "${file_location}" GENERATED)
        if(NOT EXISTS "${file_location}" AND NOT generated AND NOT arg_DEPENDS)
            message(FATAL_ERROR "${who}: file_location ${file_location} does not exist and no "
                "DEPENDS says what makes it.")
        endif()
        if(IS_DIRECTORY "${file_location}")
            message(FATAL_ERROR "${who}: file_location ${file_location} is a folder; add its files "
                "one by one, or use AddOverlayToRootfs() for the whole folder.")
        endif()
        if(NOT generated AND arg_DEPENDS)
            caisson_made_file(file_location "${who}" ${file_location} ${depends})
        endif()
        list(APPEND depends ${file_location})
    endif()
    vm_overlay_add("${who}" "${overlay_name}" F "${name}" "${file_location}")
    set_property(TARGET ${overlay_name} APPEND PROPERTY VM_OVERLAY_DEPENDS ${depends})
endfunction()

# AddLinkToOverlayDir(<linkname> <link_target> <root_location> <overlay_name>)
# A symbolic link <root_location>/<linkname> in the guest; the target is taken as it is written.
function(AddLinkToOverlayDir linkname link_target root_location overlay_name)
    set(who "AddLinkToOverlayDir(${linkname})")
    caisson_check_rest("${who}" "it takes linkname, link_target, root_location and overlay_name"
        ${ARGN})
    if("${link_target}" MATCHES "[\t\n;]|\\$<" OR "${link_target}" STREQUAL "")
        message(FATAL_ERROR "${who}: link_target \"${link_target}\" is no path.")
    endif()
    vm_overlay_name(name "${who}" "${root_location}" "${linkname}")
    vm_overlay_add("${who}" "${overlay_name}" L "${name}" "${link_target}")
endfunction()

# AddExternalProjFilesToOverlay(<external_target> <external_install_dir> <overlay_target>
#                               <overlay_root_location> FILES <file>…)
# Files that an ExternalProject_Add() project makes, by their paths below <external_install_dir>; in
# the guest they keep their base names only. The project's copy of its sources follows the sources.
function(AddExternalProjFilesToOverlay external_target external_install_dir overlay_target
    overlay_root_location)
    cmake_parse_arguments(PARSE_ARGV 4 arg "" "" "FILES")
    set(who "AddExternalProjFilesToOverlay(${external_target})")
    caisson_check_rest("${who}" "after overlay_root_location it takes FILES"
        ${arg_UNPARSED_ARGUMENTS})
    if(NOT arg_FILES)
        message(FATAL_ERROR "${who}: no files given; add FILES and the files' names in "
            "${external_install_dir}.")
    endif()
    DeclareExternalProjObjectFiles("${external_target}" "${external_install_dir}" FILES ${arg_FILES}
        FOR "${who}")
    # As ExternalProject_Add() takes its folders.
    get_filename_component(external_install_dir "${external_install_dir}" ABSOLUTE BASE_DIR
        ${CMAKE_CURRENT_BINARY_DIR})
    foreach(file IN LISTS arg_FILES)
        get_filename_component(name "${file}" NAME)
        get_filename_component(path "${file}" ABSOLUTE BASE_DIR "${external_install_dir}")
        AddFileToOverlayDir("${name}" "${path}" "${overlay_root_location}" "${overlay_target}"
            DEPENDS ${external_target} ${path})
    endforeach()
endfunction()

# What both AddOverlay… helpers check about the image and how it is changed.
function(vm_overlay_check_request who image generated_by distro mode)
    if(image STREQUAL "" OR image MATCHES ";")
        message(FATAL_ERROR "${who}: rootfs_image is \"${image}\"; give the path of one image. "
            "GetDefaultLinuxRootfsFile(<variable>) gives the default image.")
    endif()
    if(NOT distro MATCHES "^(buildroot|debian)$")
        message(FATAL_ERROR "${who}: rootfs_distro is \"${distro}\"; give \"buildroot\" (any "
            "busybox system in an initrd) or \"debian\" (an initrd made by initramfs-tools).")
    endif()
    if(NOT mode MATCHES "^(rootfs_install|overlay|fs_install)$")
        message(FATAL_ERROR "${who}: rootfs_overlay_mode is \"${mode}\"; give \"rootfs_install\", "
            "\"overlay\" or \"fs_install\".")
    endif()
    if(distro STREQUAL "buildroot" AND NOT mode STREQUAL "rootfs_install")
        message(FATAL_ERROR "${who}: rootfs_overlay_mode \"${mode}\" is for a root file system "
            "that the initrd mounts; a \"buildroot\" initrd is the root file system itself: use "
            "\"rootfs_install\".")
    endif()
    get_filename_component(image "${image}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
    get_source_file_property(generated "${image}" GENERATED)
    if(NOT EXISTS "${image}" AND NOT generated AND NOT generated_by)
        message(FATAL_ERROR "${who}: rootfs_image ${image} does not exist and no DEPENDS says what "
            "makes it. GetDefaultLinuxRootfsFile(<variable>) gives the default image.")
    endif()
endfunction()

# The name of the target that makes a new image: target_name itself, or, if that target's image is
# what is overlaid now, a further one that target_name comes to depend on. Sets `done` if the
# request is a repetition.
function(vm_overlay_stage who target image request)
    set(done FALSE PARENT_SCOPE)
    set(stage ${target} PARENT_SCOPE)
    if(NOT TARGET ${target})
        return()
    endif()
    get_target_property(outputs ${target} VM_OVERLAY_OUTPUTS)
    get_target_property(requests ${target} VM_OVERLAY_REQUESTS)
    if(requests AND "${request}" IN_LIST requests)
        list(FIND requests "${request}" index)
        list(GET outputs ${index} output)
        set(output ${output} PARENT_SCOPE)
        set(done TRUE PARENT_SCOPE)
        return()
    endif()
    list(LENGTH outputs count)
    if(outputs)
        list(GET outputs -1 last)
    endif()
    if(NOT outputs OR NOT last STREQUAL image)
        message(FATAL_ERROR "${who}: there is a target of this name already; give another "
            "target_name, or, to add a second overlay to the same image, give the first one's "
            "output as rootfs_image.")
    endif()
    math(EXPR count "${count} + 1")
    set(stage ${target}-${count} PARENT_SCOPE)
endfunction()

# Remembers of an image that an overlay has put an /init into it, if that expression is 1.
function(vm_overlay_has_init image expression)
    get_property(inits GLOBAL PROPERTY VM_OVERLAY_INITS_${image})
    if(NOT "${expression}" IN_LIST inits)
        set_property(GLOBAL APPEND PROPERTY VM_OVERLAY_INITS_${image} "${expression}")
    endif()
endfunction()

# vm_overlay_image(<outvar> <who> <source> <image> <distro> <mode> <target> <depends> [options])
# source: --list FILE or --dir FOLDER
function(vm_overlay_image outvar who source image distro mode target depends)
    cmake_parse_arguments(PARSE_ARGV 8 arg "SPLITGZ;GZIP" "CUSTOM_INIT" "DEPENDS")
    caisson_check_rest("${who}" "after target_name it takes SPLITGZ, GZIP, DEPENDS and CUSTOM_INIT"
        ${arg_UNPARSED_ARGUMENTS})
    if(arg_SPLITGZ AND arg_GZIP)
        message(FATAL_ERROR "${who}: SPLITGZ and GZIP exclude each other; with neither, the "
            "image's own form is kept.")
    endif()
    if("CUSTOM_INIT" IN_LIST arg_KEYWORDS_MISSING_VALUES)
        message(FATAL_ERROR "${who}: CUSTOM_INIT has no value; give the file that becomes /init.")
    endif()
    caisson_check_target_name("${who}" target_name "${target}")
    caisson_check_depends("${who}" ${arg_DEPENDS})
    vm_overlay_check_request("${who}" "${image}" "${arg_DEPENDS}" "${distro}" "${mode}")
    get_filename_component(image "${image}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
    string(REPLACE ";" " " request "${source} ${image} ${distro} ${mode} ${ARGN}")
    vm_overlay_stage("${who}" ${target} ${image} "${request}")
    if(done)
        set(${outvar} ${output} PARENT_SCOPE)
        return()
    endif()
    set(options "")
    if(arg_SPLITGZ)
        list(APPEND options --compress splitgz)
    elseif(arg_GZIP)
        list(APPEND options --compress gzip)
    endif()
    if(arg_CUSTOM_INIT)
        get_filename_component(init "${arg_CUSTOM_INIT}" ABSOLUTE BASE_DIR
            ${CMAKE_CURRENT_SOURCE_DIR})
        get_source_file_property(generated ${init} GENERATED)
        if(NOT EXISTS ${init} AND NOT generated)
            message(FATAL_ERROR "${who}: CUSTOM_INIT ${init} does not exist.")
        endif()
        list(APPEND options --init ${init})
        list(APPEND depends ${init})
    endif()
    set(hook ${VM_OVERLAY_DIR}/tools/overlay/debian-hook.sh)
    if(NOT mode STREQUAL "rootfs_install")
        list(APPEND options --hook ${hook})
        list(APPEND depends ${hook})
    endif()
    get_filename_component(name ${image} NAME)
    set(folder ${CMAKE_CURRENT_BINARY_DIR}/overlays/${stage})
    set(output ${folder}/${name})
    set(seen ${folder}/${name}.sources)
    file(MAKE_DIRECTORY ${folder})
    set(original ${image})
    get_source_file_property(generated ${image} GENERATED)
    get_property(overlaid GLOBAL PROPERTY VM_OVERLAY_OF_${image})
    if(arg_DEPENDS AND NOT generated AND NOT overlaid)
        caisson_made_file(image "${who}" ${image} ${arg_DEPENDS})
    endif()
    # Ninja sees neither a changed mode nor what a folder has, links and odd names included:
    # overlay-rootfs looks each time, and changes its record only if something did.
    caisson_look_for(look ${seen} "Looking for changes of what is added to ${name}" ${arg_DEPENDS}
        ${depends})
    add_custom_command(OUTPUT ${seen}
        COMMAND overlay-rootfs --for "${who}" --record ${seen} ${source}
        DEPENDS overlay-rootfs ${look} ${arg_DEPENDS} ${depends}
        COMMENT "Looking for changes of what is added to ${name}" VERBATIM)
    add_custom_command(OUTPUT ${output} ${output}.releases
        COMMAND overlay-rootfs --for "${who}" --image ${image} --output ${output} --mode ${mode}
            ${options} ${source}
            --releases ${output}.releases
        DEPENDS overlay-rootfs ${seen} ${image} ${arg_DEPENDS} ${depends}
        COMMENT "Adding files to the root file system ${name}" VERBATIM)
    add_custom_target(${stage} DEPENDS ${output})
    # What the image consists of, for the check of its modules (camkes_vm_helpers.cmake), as are the
    # releases.
    set_property(GLOBAL PROPERTY VM_OVERLAY_OF_${output} ${original} ${source})
    get_property(inits GLOBAL PROPERTY VM_OVERLAY_INITS_${original})
    set_property(GLOBAL PROPERTY VM_OVERLAY_INITS_${output} ${inits})
    list(GET source 0 kind)
    list(GET source 1 folder_or_list)
    if(arg_CUSTOM_INIT OR (kind STREQUAL "--dir" AND EXISTS ${folder_or_list}/init))
        vm_overlay_has_init(${output} 1)
    endif()
    if(NOT stage STREQUAL target)
        add_dependencies(${target} ${stage})
    endif()
    set_property(TARGET ${target} APPEND PROPERTY VM_OVERLAY_OUTPUTS ${output})
    set_property(TARGET ${target} APPEND PROPERTY VM_OVERLAY_REQUESTS "${request}")
    set(${outvar} ${output} PARENT_SCOPE)
endfunction()

# AddOverlayToRootfs(<rootfs_overlay> <rootfs_image> <rootfs_distro> <rootfs_overlay_mode>
#                    <output_rootfs_location> <target_name> [SPLITGZ] [GZIP] [DEPENDS …]
#                    [CUSTOM_INIT file])
# As AddOverlayDirToRootfs(), but rootfs_overlay is the path of a folder, all of which is added.
function(AddOverlayToRootfs rootfs_overlay rootfs_image rootfs_distro rootfs_overlay_mode
    output_rootfs_location target_name)
    set(who "AddOverlayToRootfs(${target_name})")
    cmake_parse_arguments(PARSE_ARGV 6 arg "SPLITGZ;GZIP" "CUSTOM_INIT" "DEPENDS")
    if(rootfs_overlay STREQUAL "" OR rootfs_overlay MATCHES ";")
        message(FATAL_ERROR "${who}: rootfs_overlay is \"${rootfs_overlay}\"; give the path of one "
            "folder.")
    endif()
    get_filename_component(folder "${rootfs_overlay}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
    if(NOT IS_DIRECTORY "${folder}" AND NOT arg_DEPENDS)
        message(FATAL_ERROR "${who}: rootfs_overlay ${folder} is not a folder, and no DEPENDS says "
            "what makes it.")
    endif()
    vm_overlay_image(output "${who}" "--dir;${folder}" "${rootfs_image}" "${rootfs_distro}"
        "${rootfs_overlay_mode}" "${target_name}" "" ${ARGN})
    set(${output_rootfs_location} ${output} PARENT_SCOPE)
endfunction()

# AddOverlayDirToRootfs(<rootfs_overlay> <rootfs_image> <rootfs_distro> <rootfs_overlay_mode>
#                       <output_rootfs_location> <target_name> [SPLITGZ] [GZIP] [DEPENDS …]
#                       [CUSTOM_INIT file])
# Declares <target_name>, which makes an image of rootfs_image and the overlay's files; the variable
# output_rootfs_location gets the new image's path.
#   rootfs_distro        buildroot: the initrd is the root file system; debian: made by
#                        initramfs-tools
#   rootfs_overlay_mode  rootfs_install: files go into the initrd; only for debian also:
#                        overlay: they appear over the mounted root, in memory;
#                        fs_install: they are copied to the mounted root
#   GZIP                 the result is compressed with gzip
#   SPLITGZ              the image is a plain archive (microcode) and one compressed with gzip, and
#                        so is the result
#   CUSTOM_INIT          this file becomes the initrd's /init
function(AddOverlayDirToRootfs rootfs_overlay rootfs_image rootfs_distro rootfs_overlay_mode
    output_rootfs_location target_name)
    set(who "AddOverlayDirToRootfs(${target_name})")
    caisson_check_target_name("${who}" rootfs_overlay "${rootfs_overlay}")
    get_filename_component(image "${rootfs_image}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
    get_property(inits GLOBAL PROPERTY VM_OVERLAY_INITS_${image})
    set(name ${rootfs_overlay})
    set(yields FALSE)
    if(rootfs_overlay STREQUAL "default_buildroot_overlay" AND inits)
        string(MD5 hash "${inits}")
        set(name "${rootfs_overlay}-${hash}")
        set(yields TRUE)
    endif()
    set(list ${CMAKE_BINARY_DIR}/overlays/${name}.list)
    get_property(declared GLOBAL PROPERTY VM_OVERLAY_LIST_${name})
    if(NOT declared)
        set_property(GLOBAL PROPERTY VM_OVERLAY_LIST_${name} TRUE)
        set(entries "$<TARGET_PROPERTY:${rootfs_overlay},VM_OVERLAY_ENTRIES>")
        set(entries "$<TARGET_GENEX_EVAL:${rootfs_overlay},${entries}>")
        if(yields)
            # The app's own /init stays, if there is one in the overlays before.
            list(JOIN inits "," inits)
            set(without_init "$<FILTER:${entries},EXCLUDE,^.\tinit\t>")
            set(entries "$<IF:$<OR:${inits}>,${without_init},${entries}>")
        endif()
        file(GENERATE OUTPUT ${list} CONTENT "$<JOIN:${entries},\n>\n")
        # The overlay may be declared later, and elsewhere: look when all projects have been read.
        cmake_language(EVAL CODE "cmake_language(DEFER DIRECTORY [[${CMAKE_SOURCE_DIR}]]
            CALL vm_overlay_check [[${who}]] [[${rootfs_overlay}]])")
    endif()
    vm_overlay_image(output "${who}" "--list;${list}" "${rootfs_image}" "${rootfs_distro}"
        "${rootfs_overlay_mode}" "${target_name}"
        "${list};$<TARGET_PROPERTY:${rootfs_overlay},VM_OVERLAY_DEPENDS>" ${ARGN})
    set(names "$<TARGET_PROPERTY:${rootfs_overlay},VM_OVERLAY_NAMES>")
    vm_overlay_has_init(${output} "$<IN_LIST:init,${names}>")
    set(${output_rootfs_location} ${output} PARENT_SCOPE)
endfunction()

function(vm_overlay_check who overlay)
    set(is_overlay FALSE)
    if(TARGET ${overlay})
        get_target_property(is_overlay ${overlay} VM_OVERLAY)
    endif()
    if(NOT is_overlay)
        message(FATAL_ERROR "${who}: there is no overlay ${overlay}; "
            "AddFileToOverlayDir(<filename> <file_location> <root_location> ${overlay}) makes it.")
    endif()
endfunction()
