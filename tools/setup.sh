# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# Steps that run, test and bench share: install what is missing, configure, build. Sourced with
# CAISSON_ROOT set to the source folder and CAISSON_TOOL to the caller's name.
. "$CAISSON_ROOT/tools/packages.sh"

say() {
    echo "$CAISSON_TOOL: $*"
}

fail() {
    echo "$CAISSON_TOOL: error: $*" >&2
    exit 1
}

list_apps() {
    (cd "$CAISSON_ROOT/projects/vm-examples" &&
        for app in */CMakeLists.txt; do echo "${app%/*}"; done)
}

# The folder of an app: by its name, or any folder that holds a CMakeLists.txt.
check_app() {
    case $1 in
    */*)
        [ ! -e "$1/CMakeLists.txt" ] || return 0
        fail "$1 is no app: it has no CMakeLists.txt"
        ;;
    esac
    [ -e "$CAISSON_ROOT/projects/vm-examples/$1/CMakeLists.txt" ] ||
        fail "there is no app '$1'. Apps: $(list_apps | tr '\n' ' ')
    (an app is a folder in projects/vm-examples, or give the path of one)"
}

# install_packages NAME...: those that are not installed, through apt.
install_packages() {
    missing=
    for package in "$@"; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    say "installing packages:$missing"
    as_root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            fail "not root and no sudo; as root run:" \
                "apt-get install --no-install-recommends$missing"
        as_root=sudo
    fi
    log=$(mktemp)
    # A suite that fails to update matters only if a package then cannot be installed.
    # shellcheck disable=SC2086 # a list of words
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >"$log" 2>&1 </dev/null || true
    # shellcheck disable=SC2086
    if ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install \
        $missing \
        >>"$log" 2>&1 </dev/null; then
        tail -n 30 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install:$missing"
    fi
    rm -f "$log"
}

# configure BUILD_DIR CMAKE_ARGUMENT...
configure() {
    build=$1
    shift
    mkdir -p "$build"
    say "configuring in $build"
    if ! (cd "$build" && "$CAISSON_ROOT/init-build.sh" "$@") >"$build/configure.log" 2>&1 \
        </dev/null; then
        # CMake names each error's place; the chatter before the first is of no use.
        sed -n '/Error\|error:/,$p' "$build/configure.log" >&2
        fail "configuring failed; the whole output is in $build/configure.log"
    fi
    # Settings that change what is built are worth a line.
    sed -n "s/^-- \(KernelX86Sel4Arch=ia32.*\)/$CAISSON_TOOL: \1/p" "$build/configure.log"
}

# build BUILD_DIR [TARGET...]: with a moving progress line on a terminal, silent otherwise.
build() {
    build=$1
    shift
    say "building (log of commands: ninja -C $build -v)"
    quiet=--quiet
    [ ! -t 1 ] || quiet=
    ninja -C "$build" $quiet "$@" </dev/null ||
        fail "the build failed; see above. To continue: ninja -C $build"
}
