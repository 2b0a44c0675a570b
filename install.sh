#!/bin/sh
# Installs certgate on a Linux host, brings it to another version, or takes it away: see --help and docs/install.md.
#
# Everything is in functions that the last line calls, so a script that was cut off on its way does nothing.
# Nothing here reads standard input: in "curl … | sh" that is the script itself.
# Where a step may fail, what went before is found unchanged: files are laid down beside their places under other names
# first, and only when all of them are there are they renamed.

set -u

# A release has its version here.
VERSION="@VERSION@"
BASE_URL="https://github.com/certgate/certgate/releases/download"
# What the base runtime inside the binary is linked against, on both architectures.
NEEDS_GLIBC=2.27
GROUP=certgate-keys

usage() {
  cat <<'END'
Usage: install.sh [options]

Installs certgate, or brings an installed one to another version. Configuration and state are kept, and nothing is
restarted if nothing changed.

Options:
  --version X      install this version, newer or older (default: the one this script came with)
  --base-url URL   where releases are, https://… or file:///… (default: $CERTGATE_BASE_URL, else the project's releases)
  --file ARCHIVE   install from this archive and download nothing; SHA256SUMS has to be beside it
  --sha256 HEX     the checksum that the archive must have, in place of SHA256SUMS
  --prefix DIR     install below DIR without root: no user, no system unit, nothing started
  --configure      write the configuration for the certbot and the Envoy Gateway found here, not only print it
  --no-start       neither enable nor (re)start the unit
  --wait SECONDS   how long the unit may take to become active after a (re)start (default 60)
  --dry-run        print each step and change nothing; the archive is downloaded and checked, then deleted
  --uninstall      remove certgate; configuration, state, user and groups stay
  --purge          remove these as well
  -h, --help       show this

Environment:
  CERTGATE_BASE_URL        see --base-url
  DESTDIR                  install below this directory, for packages: users and systemd are left alone
  CERTGATE_HOST_COMMANDS   with DESTDIR: a directory whose systemctl, useradd, … are run all the same
  TMPDIR                   where the archive is unpacked; programs must be allowed to run there
END
}

say() {
  printf '%s\n' "$1"
}

fail() { # WHAT HINT [EXIT CODE]
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit "${3:-1}"
}

refuse_usage() {
  fail "$1" "install.sh --help shows every option" 2
}

# --- what is wanted ---------------------------------------------------------------------------------------------------

parse_options() {
  WANTED="" FILE="" SHA256="" PREFIX="" WAIT=60
  CONFIGURE=no START=yes DRY_RUN=no TASK=install
  BASE_URL=${CERTGATE_BASE_URL:-$BASE_URL}
  HOST_COMMANDS=${CERTGATE_HOST_COMMANDS:-}
  # certgate takes variables of this form for keys of its configuration.
  unset CERTGATE_BASE_URL CERTGATE_HOST_COMMANDS
  while [ $# -gt 0 ]; do
    case $1 in
    --version | --base-url | --file | --sha256 | --prefix | --wait)
      [ $# -ge 2 ] || refuse_usage "Option $1 needs a value"
      set_value "$1" "$2"
      shift
      ;;
    --version=* | --base-url=* | --file=* | --sha256=* | --prefix=* | --wait=*) set_value "${1%%=*}" "${1#*=}" ;;
    --configure) CONFIGURE=yes ;;
    --no-start) START=no ;;
    --dry-run) DRY_RUN=yes ;;
    --uninstall) [ "$TASK" = purge ] || TASK=uninstall ;;
    --purge) TASK=purge ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) refuse_usage "Unknown option \"$1\"" ;;
    esac
    shift
  done
  check_options
}

set_value() {
  [ -n "$2" ] || refuse_usage "Option $1 needs a value"
  case $1 in
  --version) WANTED=${2#v} ;;
  --base-url) BASE_URL=$2 ;;
  --file) FILE=$2 ;;
  --sha256) SHA256=$(printf '%s' "$2" | tr 'A-F' 'a-f') ;;
  --prefix) PREFIX=$2 ;;
  --wait) WAIT=$2 ;;
  esac
}

check_options() {
  case $WANTED in
  "") ;;
  *[!0-9A-Za-z.+-]* | .* | -*) refuse_usage "Cannot use the version \"$WANTED\"" ;;
  esac
  case $WAIT in
  *[!0-9]* | ?????*) refuse_usage "Cannot use \"$WAIT\" for --wait: it is a number of seconds" ;;
  esac
  [ -z "$SHA256" ] || is_sha256 "$SHA256" || refuse_usage "Cannot use \"$SHA256\" for --sha256: it has 64 hexadecimal digits"
  check_base_url
  DESTDIR=${DESTDIR:-}
  DESTDIR=${DESTDIR%/}
  if [ -n "$PREFIX" ]; then check_prefix; fi
  case $DESTDIR in
  "" | /*) ;;
  *) refuse_usage "Cannot use \"$DESTDIR\" for DESTDIR: it is not an absolute path" ;;
  esac
}

is_sha256() {
  case $1 in
  *[!0-9a-f]*) return 1 ;;
  esac
  [ ${#1} -eq 64 ]
}

# Anything but TLS would let whoever is on the way choose both the archive and its checksum.
check_base_url() {
  BASE_URL=${BASE_URL%/}
  case $BASE_URL in
  *[!-A-Za-z0-9:/._~%+]*) refuse_usage "Cannot use the base URL \"$BASE_URL\": it has characters that it should not have" ;;
  https://?* | file:///?*) ;;
  http://127.0.0.1 | http://127.0.0.1/* | http://127.0.0.1:[0-9]*) ;;
  *) refuse_usage "Cannot use the base URL \"$BASE_URL\": it is neither https:// nor file:///" ;;
  esac
}

check_prefix() {
  [ -z "$DESTDIR" ] || refuse_usage "Cannot use --prefix together with DESTDIR"
  case $PREFIX in
  /*) ;;
  *) PREFIX=$(pwd)/$PREFIX ;;
  esac
  while [ "$PREFIX" != "${PREFIX%/}" ]; do PREFIX=${PREFIX%/}; done
  case $PREFIX in
  "") refuse_usage "Cannot use / for --prefix" ;;
  # It goes into YAML, into a unit file and into a pattern of sed.
  *[!-A-Za-z0-9/._\ @+=,:~]*) refuse_usage "Cannot use \"$PREFIX\" for --prefix: letters, digits, spaces and -/._@+=,:~ are possible" ;;
  esac
  # A path of a Unix socket has 108 bytes, and certgate adds some while it binds.
  [ ${#PREFIX} -le 70 ] || refuse_usage "Cannot use \"$PREFIX\" for --prefix: it is too long for the path of a socket"
}

# Every place there is, once. ROOT stands before places on this host; files name them without it.
set_places() {
  ROOT=$DESTDIR
  if [ -n "$PREFIX" ]; then
    ROOT=""
    BIN=$PREFIX/bin/certgate LIB=$PREFIX/lib/certgate SHARE=$PREFIX/share
    ETC=$PREFIX/etc/certgate STATE=$PREFIX/var/lib/certgate RUN=$PREFIX/var/run/certgate
    UNIT=$SHARE/systemd/user/certgate.service SYSUSERS=""
  else
    BIN=$ROOT/usr/local/bin/certgate LIB=$ROOT/usr/local/lib/certgate SHARE=$ROOT/usr/local/share
    ETC=$ROOT/etc/certgate STATE=$ROOT/var/lib/certgate RUN=$ROOT/run/certgate
    UNIT=$ROOT/etc/systemd/system/certgate.service SYSUSERS=$ROOT/etc/sysusers.d/certgate.conf
  fi
  DOC=$SHARE/doc/certgate CONFIG=$ETC/config.yaml PENDING=$LIB/install-pending
  LETSENCRYPT=$ROOT/etc/letsencrypt
  CERTBOT_HOOK=$LETSENCRYPT/renewal-hooks/deploy/certgate
  # Are users and systemd of this host any business of this run?
  ON_HOST=yes
  if [ -n "$PREFIX" ] || { [ -n "$DESTDIR" ] && [ -z "$HOST_COMMANDS" ]; }; then ON_HOST=no; fi
  [ -n "$DESTDIR" ] || HOST_COMMANDS=""
}

# --- who does it ------------------------------------------------------------------------------------------------------

check_privilege() {
  SUDO=""
  # A dry run only looks, and asks nobody for a password.
  if [ "$ON_HOST" = no ] || [ "$DRY_RUN" = yes ] || [ "$(id -u)" = 0 ]; then return 0; fi
  if command -v sudo >/dev/null 2>&1; then
    SUDO=sudo
  else
    fail "Cannot change this host: this is not root, and sudo is missing" \
      "run it as root, or install below a directory of your own with --prefix DIR"
  fi
}

as_root() {
  ${SUDO:+"$SUDO"} "$@"
}

# A command that changes users or units of this host.
host() {
  host_command=$1
  shift
  as_root "${HOST_COMMANDS:+$HOST_COMMANDS/}$host_command" "$@"
}

# The same for a question, which needs no root.
ask_host() {
  host_command=$1
  shift
  "${HOST_COMMANDS:+$HOST_COMMANDS/}$host_command" "$@" 2>/dev/null
}

has_host() {
  command -v "${HOST_COMMANDS:+$HOST_COMMANDS/}$1" >/dev/null 2>&1
}

# Says a step, and does it unless this is a dry run.
step() { # TEXT COMMAND...
  say "  $1"
  CHANGED=yes
  shift
  [ "$DRY_RUN" = yes ] || "$@"
}

# --- what this machine is ---------------------------------------------------------------------------------------------

check_platform() {
  kernel=$(uname -s)
  [ "$kernel" = Linux ] || fail "Cannot install on $kernel: certgate is made for Linux" "run it on a Linux host"
  machine=$(uname -m)
  case $machine in
  x86_64 | amd64) ARCH=amd64 ;;
  aarch64 | arm64) ARCH=arm64 ;;
  *) fail "Cannot install on the architecture \"$machine\": there are binaries for x86_64 and aarch64" \
    "docs/install.md says how to run certgate from its source" ;;
  esac
  if [ "$(getconf LONG_BIT 2>/dev/null)" = 32 ]; then
    fail "Cannot install here: the programs of this system are 32-bit ones" \
      "a 64-bit system is needed, not only a 64-bit kernel"
  fi
  check_libc
}

check_libc() {
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || libc=""
  # musl's ldd names itself on standard error.
  [ -n "$libc" ] || libc=$(ldd --version 2>&1 | sed -n 1p)
  case $libc in
  *musl*) fail "Cannot install here: the C library is musl, and the binary needs glibc $NEEDS_GLIBC or newer" \
    "use a distribution with glibc, or a container image that has it" ;;
  *[Gg][Ll][Ii][Bb][Cc]* | *"GNU libc"*) ;;
  *) fail "Cannot install here: the C library is not known" \
    "neither getconf nor ldd speaks of glibc $NEEDS_GLIBC or newer, which the binary needs" ;;
  esac
  libc=${libc##* }
  if is_older "$libc" "$NEEDS_GLIBC"; then
    fail "Cannot install here: glibc is $libc, and the binary needs $NEEDS_GLIBC or newer" \
      "use a newer release of this distribution"
  fi
}

is_older() { # A.B[.C] THAN D.E
  printf '%s %s\n' "$1" "$2" | awk '{ split($1, a, /[^0-9]/); split($2, b, /[^0-9]/); exit !(a[1] + 0 < b[1] + 0 || a[1] + 0 == b[1] + 0 && a[2] + 0 < b[2] + 0) }'
}

# Before anything else: without a checksum nothing is installed.
check_programs() {
  CHECKSUM=""
  for tool in sha256sum shasum openssl; do
    if [ -z "$CHECKSUM" ] && command -v "$tool" >/dev/null 2>&1; then CHECKSUM=$tool; fi
  done
  [ -n "$CHECKSUM" ] ||
    fail "Cannot check the download: sha256sum, shasum and openssl are all missing" \
      "install one of them; nothing is installed unchecked"
  # Of nothing, as everybody knows.
  [ "$(sha256 /dev/null)" = e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 ] ||
    fail "Cannot check the download: $CHECKSUM does not work" \
      "run $CHECKSUM by hand to see why; nothing is installed unchecked"
  for tool in awk chmod cp find grep gzip mkdir mktemp mv rm sed tar tr; do
    command -v "$tool" >/dev/null 2>&1 ||
      fail "Cannot install: the program $tool is missing" \
        "install it and try again"
  done
  if [ -z "$PREFIX" ] && { [ -e "$ROOT/usr/lib/systemd/system/certgate.service" ] || [ -e "$ROOT/usr/bin/certgate" ]; }; then
    fail "Cannot install: certgate is here already as a package of the system" \
      "use the package manager, or remove the package first; it keeps the configuration"
  fi
}

# By standard input: sha256sum marks lines about names with odd characters.
sha256() {
  case $CHECKSUM in
  sha256sum) sum=$(sha256sum <"$1" 2>/dev/null) ;;
  shasum) sum=$(shasum -a 256 <"$1" 2>/dev/null) ;;
  openssl) sum=$(openssl dgst -sha256 -r <"$1" 2>/dev/null) ;;
  esac || return 1
  printf '%s\n' "${sum%% *}"
}

# --- leaving no trace -------------------------------------------------------------------------------------------------

# The new program is asked for its version before it gets its place, so programs have to be allowed to run here.
make_work() {
  WORK="" CHILD=""
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  for place in "${TMPDIR:-/tmp}" /var/tmp "${HOME:-/tmp}"; do
    WORK=$(mktemp -d "$place/certgate-install.XXXXXX" 2>/dev/null) || continue
    if printf '#!/bin/sh\n' 2>/dev/null >"$WORK/probe" && chmod 700 "$WORK/probe" && "$WORK/probe" 2>/dev/null; then
      : >"$WORK/staged"
      : >"$WORK/made"
      return 0
    fi
    rm -rf "$WORK"
    WORK=""
  done
  fail "Cannot make a temporary directory: ${TMPDIR:-/tmp} and /var/tmp are full, closed, or let no program run" \
    "set TMPDIR to a directory with 300 MB free"
}

clean_up() {
  status=$?
  trap - EXIT
  trap '' HUP INT TERM
  [ -z "$CHILD" ] || kill "$CHILD" 2>/dev/null
  if [ -n "$WORK" ]; then
    while IFS= read -r place; do
      as_root rm -f "$(beside "$place")" </dev/null
    done <"$WORK/staged"
    # The deepest first; one that somebody else has used meanwhile stays.
    sed '1!G;h;$!d' "$WORK/made" >"$WORK/unmade" 2>/dev/null
    while IFS= read -r place; do
      as_root rmdir "$place" </dev/null 2>/dev/null
    done <"$WORK/unmade"
    rm -rf "$WORK"
  fi
  exit "$status"
}

# A child in the background, so that a signal ends the wait at once.
run_child() {
  "$@" 2>"$WORK/said" &
  CHILD=$!
  wait "$CHILD"
  child_status=$?
  CHILD=""
  return "$child_status"
}

# --- getting the archive ----------------------------------------------------------------------------------------------

get_archive() {
  ARCHIVE=$WORK/archive.tar.gz
  if [ -n "$FILE" ]; then
    name=${FILE##*/}
    case $FILE in
    */*) folder=${FILE%/*} ;;
    *) folder=. ;;
    esac
    [ -f "$FILE" ] ||
      fail "Cannot install from \"$FILE\": there is no such file" \
        "name the archive that was downloaded elsewhere"
    cp "$FILE" "$ARCHIVE" 2>"$WORK/said" ||
      fail "Cannot read \"$FILE\": $(last_words)" \
        "see that it may be read, and that $WORK has room"
    if [ -z "$SHA256" ]; then
      [ -f "$folder/SHA256SUMS" ] ||
        fail "Cannot check \"$FILE\": there is no SHA256SUMS beside it" \
          "copy SHA256SUMS of the release beside it, or give --sha256 HEX; nothing is installed unchecked"
      cp "$folder/SHA256SUMS" "$WORK/SHA256SUMS" ||
        fail "Cannot read \"$folder/SHA256SUMS\"" \
          "see that it may be read"
    fi
  else
    choose_version
    name=certgate_${WANTED}_linux_${ARCH}.tar.gz
    say "Getting certgate $WANTED for $ARCH from $BASE_URL"
    [ -n "$SHA256" ] || download "$BASE_URL/v$WANTED/SHA256SUMS" "$WORK/SHA256SUMS"
    download "$BASE_URL/v$WANTED/$name" "$ARCHIVE"
  fi
  check_archive
}

choose_version() {
  [ -z "$WANTED" ] || return 0
  case $VERSION in
  @*) refuse_usage "Cannot tell which version to install: this script is not from a release, and --version is missing" ;;
  esac
  WANTED=$VERSION
}

download() { # URL FILE
  case $1 in
  file://*)
    cp "${1#file://}" "$2" 2>"$WORK/said" ||
      fail "Cannot read $1: $(last_words)" \
        "look at the version and at --base-url"
    return 0
    ;;
  https://*) protocol="=https" ;;
  *) protocol="=http" ;;
  esac
  if command -v curl >/dev/null 2>&1; then
    # 30 s without 1 kB/s is a dead line; -q: a .curlrc must not switch the checks off.
    run_child curl -q --fail --silent --show-error --location --max-redirs 5 --proto "$protocol" --proto-redir "$protocol" \
      --tlsv1.2 --connect-timeout 15 --speed-limit 1000 --speed-time 30 --max-time 900 --retry 3 --retry-delay 1 --output "$2" "$1"
  else
    download_by_wget "$1" "$2"
  fi ||
    fail "Cannot download $1: $(last_words)" \
      "look at the version, at --base-url and at the network; --file installs without one"
}

download_by_wget() {
  command -v wget >/dev/null 2>&1 ||
    fail "Cannot download: curl and wget are both missing" \
      "install curl, or use --file ARCHIVE"
  limit=""
  if command -v timeout >/dev/null 2>&1; then limit="timeout 900"; fi
  case $(wget --version 2>/dev/null | sed -n 1p):$1 in
  "GNU Wget 1."*)
    # shellcheck disable=SC2086 # two words, or none
    run_child $limit wget --no-config --no-verbose --server-response --tries=3 --timeout=30 --max-redirect=5 --output-document="$2" "$1" || return 1
    # It cannot be told to stay with TLS when it is sent elsewhere.
    case $1 in
    https://*) if grep -qi '^ *location: *http://' "$WORK/said"; then fail "Cannot download $1: it leads to an address without TLS" \
      "install curl, or use --file ARCHIVE"; fi ;;
    esac
    ;;
  *:http://127.0.0.1*)
    # shellcheck disable=SC2086
    run_child $limit wget -q -O "$2" "$1"
    ;;
  *) fail "Cannot download: this wget is not known to check certificates, and curl is missing" \
    "install curl, or use --file ARCHIVE" ;;
  esac
}

last_words() {
  words=$(grep -v '^ *$' "$WORK/said" 2>/dev/null | sed -n '$p')
  printf '%s' "${words:-it gave no reason}"
}

check_archive() {
  if [ -z "$SHA256" ]; then
    # The name as it is, after any number of spaces and the star of binary mode; nothing else in the line.
    SHA256=$(awk -v name="$name" '{ given = $2; sub(/^\*/, "", given) } NF == 2 && given == name { print tolower($1) }' "$WORK/SHA256SUMS")
    [ -n "$SHA256" ] ||
      fail "Cannot check $name: SHA256SUMS does not name it" \
        "look at the version; a file that was renamed needs --sha256 HEX"
    is_sha256 "$SHA256" ||
      fail "Cannot check $name: what SHA256SUMS says about it is not one checksum" \
        "get SHA256SUMS again"
  fi
  found=$(sha256 "$ARCHIVE") || found="not to be had"
  [ "$found" = "$SHA256" ] ||
    fail "Cannot use $name: its checksum is $found and has to be $SHA256" \
      "it was cut off or changed on its way: get it again, and do not use it if this stays"
}

unpack() {
  mkdir "$WORK/unpacked"
  # -o: files belong to whoever runs this, not to a number in the archive.
  run_child tar -xzo -f "$ARCHIVE" -C "$WORK/unpacked" ||
    fail "Cannot unpack $name: $(last_words)" \
      "set TMPDIR to a directory with 300 MB free if there is no room"
  TOP=""
  for place in "$WORK"/unpacked/*; do
    [ -z "$TOP" ] || TOP=many
    [ -n "$TOP" ] || TOP=$place
  done
  top_name=${TOP##*/}
  case $top_name in
  certgate_?*_linux_"$ARCH") ;;
  certgate_?*_linux_*) fail "Cannot use $name: it is for ${top_name##*_}, and this machine is $ARCH" \
    "get the archive for $ARCH" ;;
  *) fail "Cannot use $name: it is not an archive of certgate" "get certgate_<version>_linux_$ARCH.tar.gz" ;;
  esac
  version=${top_name#certgate_}
  version=${version%_linux_*}
  if [ -n "$WANTED" ] && [ "$WANTED" != "$version" ]; then fail "Cannot use $name: it holds version $version, and $WANTED is wanted" \
    "leave --version out, or name another archive"; fi
  WANTED=$version
  for part in certgate LICENSE config.yaml systemd/certgate.service systemd/certgate.sysusers; do
    [ -f "$TOP/$part" ] || fail "Cannot use $name: $part is missing in it" "get it again"
  done
  chmod 755 "$TOP/certgate"
  answer=$("$TOP/certgate" version 2>&1) ||
    fail "Cannot run the new program on this machine: $(printf '%s' "$answer" | sed -n 1p)" \
      "nothing was changed; docs/install.md says what it needs"
  case $answer in
  "certgate $WANTED" | "certgate $WANTED "*) ;;
  *) fail "Cannot use $name: the program in it says \"$answer\"" "get it again" ;;
  esac
}

# --- files ------------------------------------------------------------------------------------------------------------

beside() {
  printf '%s/.%s.certgate-new' "${1%/*}" "${1##*/}"
}

is_same() { # FILE PLACE MODE
  [ -f "$2" ] && [ ! -h "$2" ] && [ -n "$(find "$2" -prune -perm "$3" 2>/dev/null)" ] && [ "$(sha256 "$1")" = "$(sha256 "$2")" ]
}

# Lays a file down beside its place, unless the same is there already; commit gives it its name.
put() { # FILE PLACE MODE [OWNER]
  PUT=no
  if is_same "$1" "$2" "$3"; then return 0; fi
  PUT=yes
  if [ -e "$2" ]; then verb="replace"; else verb="write"; fi
  step "$verb ${2#"$ROOT"}" stage "$@" ||
    fail "Cannot write ${2#"$ROOT"}: $(last_words)" "nothing was replaced; make room or see to the permissions, then run this again"
}

stage() {
  make_parents "$2" || return 1
  printf '%s\n' "$2" >>"$WORK/staged"
  staged=$(beside "$2")
  as_root rm -f "$staged" && as_root cp "$1" "$staged" && as_root chmod "$3" "$staged" || return 1
  if [ -n "${4:-}" ] && [ "$ON_HOST" = yes ]; then host chown "$4" "$staged" || return 1; fi
} 2>"$WORK/said"

# Directories for everybody, remembered so that a run that fails takes them away again.
make_parents() {
  missing="" parent=${1%/*}
  while [ -n "$parent" ] && [ ! -d "$parent" ]; do
    missing="$parent
$missing"
    parent=${parent%/*}
  done
  [ -n "$missing" ] || return 0
  printf '%s' "$missing" >"$WORK/missing"
  while IFS= read -r parent; do
    as_root mkdir -m 755 "$parent" </dev/null || return 1
    printf '%s\n' "$parent" >>"$WORK/made"
  done <"$WORK/missing"
}

# A directory that is not for everybody. One that is there stays as it is.
put_directory() { # PLACE MODE OWNER
  [ ! -d "$1" ] || return 0
  step "make ${1#"$ROOT"}/ ($2${3:+, $3})" make_directory "$@" || fail "Cannot make ${1#"$ROOT"}: $(last_words)" "nothing was replaced; see to the permissions, then run this again"
}

make_directory() {
  make_parents "$1" && as_root mkdir -m "$2" "$1" || return 1
  printf '%s\n' "$1" >>"$WORK/made"
  if [ -n "$3" ] && [ "$ON_HOST" = yes ]; then host chown "$3" "$1" || return 1; fi
} 2>"$WORK/said"

# Renames only. A program that runs goes on with the file it has open.
commit() {
  if [ "$DRY_RUN" = yes ]; then return 0; fi
  trap '' HUP INT TERM
  while IFS= read -r place; do
    as_root mv -f "$(beside "$place")" "$place" </dev/null 2>"$WORK/said" ||
      fail "Cannot replace ${place#"$ROOT"}: $(last_words)" "see to it (lsattr shows whether it is locked), then run this again"
  done <"$WORK/staged"
  : >"$WORK/staged"
  : >"$WORK/made"
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# --- installing -------------------------------------------------------------------------------------------------------

install_certgate() {
  check_platform
  check_programs
  check_privilege
  make_work
  get_archive
  unpack
  check_configuration
  find_neighbours
  CHANGED=no UNIT_CHANGED=no RELOAD=no
  say_what_is_done
  put_program
  put_users
  put_directories
  put_configuration
  if [ "$CONFIGURE" = yes ]; then put_neighbours; fi
  commit
  if [ "$CONFIGURE" = yes ]; then open_keys; fi
  settle_unit
  say_result
  if [ "$CONFIGURE" = yes ]; then say_configured; else suggest_neighbours; fi
}

say_what_is_done() {
  before=""
  if [ -x "$BIN" ]; then before=$("$BIN" version 2>/dev/null | awk '{ print $2; exit }'); fi
  if [ "$DRY_RUN" = yes ]; then say "These steps would be done, and none of them is:"; fi
  if [ -n "$before" ]; then say "certgate $WANTED where $before is installed"; else say "certgate $WANTED"; fi
}

# A program that cannot work with what is configured is not installed: the one before goes on.
check_configuration() {
  if [ ! -e "$CONFIG" ] || is_same "$TOP/certgate" "$BIN" 755; then return 0; fi
  if [ "$DRY_RUN" = yes ] && [ ! -r "$CONFIG" ]; then
    say "  check $CONFIG with the new program (it may not be read without root: not done)"
    return 0
  fi
  folder=$STATE
  if [ -n "$PREFIX" ]; then folder=$PREFIX/var; fi
  [ -d "$folder" ] || folder=$WORK
  reader=as_root
  if [ -r "$CONFIG" ]; then reader="command"; fi
  # Started where the unit starts it: it may write below there.
  # shellcheck disable=SC2016 # for that shell
  if ! "$reader" sh -c 'cd "$1" 2>/dev/null; exec "$2" config check "$3"' sh "$folder" "$TOP/certgate" "$CONFIG" >"$WORK/said" 2>&1; then
    cat "$WORK/said" >&2
    fail "Cannot install certgate $WANTED: it refuses ${CONFIG#"$ROOT"}" "nothing was changed; put the configuration right (see above), then run this again"
  fi
}

put_program() {
  put_pending
  put "$TOP/certgate" "$BIN" 755
  if [ -n "$PREFIX" ]; then
    write_user_unit >"$WORK/certgate.service"
    put "$WORK/certgate.service" "$UNIT" 644
  else
    put "$TOP/systemd/certgate.service" "$UNIT" 644
    UNIT_CHANGED=$PUT
    put "$TOP/systemd/certgate.sysusers" "$SYSUSERS" 644
  fi
  put_if_there LICENSE "$DOC/LICENSE" 644
  put_if_there THIRD-PARTY-LICENSES "$DOC/THIRD-PARTY-LICENSES" 644
  put_if_there install.sh "$DOC/install.sh" 755
  put_if_there config.yaml "$DOC/config.yaml" 644
  for part in "$TOP"/systemd/examples/*.conf; do
    if [ -f "$part" ]; then put "$part" "$DOC/examples/${part##*/}" 644; fi
  done
  put_if_there share/certgate.rules.yaml "$DOC/certgate.rules.yaml" 644
  put_if_there share/config.schema.json "$DOC/config.schema.json" 644
  put_if_there share/man/man1/certgate.1 "$SHARE/man/man1/certgate.1" 644
  put_if_there share/completions/certgate.bash "$SHARE/bash-completion/completions/certgate" 644
  put_if_there share/completions/_certgate "$SHARE/zsh/site-functions/_certgate" 644
  put_if_there share/completions/certgate.fish "$SHARE/fish/vendor_completions.d/certgate.fish" 644
}

put_if_there() {
  if [ -f "$TOP/$1" ]; then put "$TOP/$1" "$2" "$3"; fi
}

# What is still to be done to the unit, for the next run if this one ends between the files and systemd.
put_pending() {
  ACTION=none
  if [ "$ON_HOST" = no ] || ! systemd_runs; then return 0; fi
  if [ -f "$PENDING" ]; then
    ACTION=$(sed -n 1p "$PENDING")
  elif [ ! -e "$UNIT" ]; then
    ACTION=start
  elif ! is_same "$TOP/certgate" "$BIN" 755 || ! is_same "$TOP/systemd/certgate.service" "$UNIT" 644; then
    ACTION=restart
  fi
  if [ "$START" = no ]; then return 0; fi
  if [ "$ACTION" = none ] || [ -f "$PENDING" ] || [ "$DRY_RUN" = yes ]; then return 0; fi
  printf '%s\n' "$ACTION" >"$WORK/pending"
  stage "$WORK/pending" "$PENDING" 644 ||
    fail "Cannot write $PENDING: $(last_words)" \
      "nothing was replaced; make room or see to the permissions, then run this again"
}

put_users() {
  [ "$ON_HOST" = yes ] || return 0
  if ask_host getent passwd certgate >/dev/null && ask_host getent group "$GROUP" | grep -q '[:,]certgate\(,.*\)\{0,1\}$'; then return 0; fi
  if has_host systemd-sysusers; then
    step "make the user and group certgate and the group $GROUP, by systemd-sysusers" host systemd-sysusers "$TOP/systemd/certgate.sysusers"
  else
    step "make the user and group certgate and the group $GROUP, by useradd" add_users
  fi 2>"$WORK/said" ||
    fail "Cannot make the user certgate: $(last_words)" \
      "nothing was replaced; make it by hand (docs/install.md), then run this again"
}

add_users() {
  ask_host getent group "$GROUP" >/dev/null || host groupadd --system "$GROUP" || return 1
  ask_host getent group certgate >/dev/null || host groupadd --system certgate || return 1
  if ask_host getent passwd certgate >/dev/null; then
    host usermod --append --groups "$GROUP" certgate
  else
    host useradd --system --gid certgate --groups "$GROUP" --home-dir /var/lib/certgate --no-create-home --shell /usr/sbin/nologin certgate
  fi
}

put_directories() {
  if [ -n "$PREFIX" ]; then
    put_directory "$ETC/resources" 700 ""
    put_directory "$RUN" 700 ""
    put_directory "$STATE" 700 ""
    put_directory "$STATE/gate" 700 ""
    return 0
  fi
  put_directory "$ETC/resources" 750 root:certgate
  put_directory "$STATE" 700 certgate:certgate
  # Only root and certgate see what is in a state directory that was there before.
  if [ -d "$STATE" ] && [ ! -x "$STATE" ] && ! grep -qxF "$STATE" "$WORK/made"; then return 0; fi
  # Envoy Gateway takes a path that is not there when it starts for a file, and never sees what comes below it.
  put_directory "$STATE/gate" 700 certgate:certgate
}

# Only where there is none. It names the places of this installation.
put_configuration() {
  [ ! -e "$CONFIG" ] || return 0
  write_configuration >"$WORK/config.yaml"
  if [ -n "$PREFIX" ]; then put "$WORK/config.yaml" "$CONFIG" 600; else put "$WORK/config.yaml" "$CONFIG" 640 root:certgate; fi
}

write_configuration() {
  if [ -n "$PREFIX" ]; then
    # In two steps, since the prefix itself may have such a name in it; it has no %.
    sed -e "s|/var/lib/certgate|%S|g" -e "s|/run/certgate|%R|g" -e "s|/etc/certgate|%E|g" \
      -e "s|%S|$STATE|g" -e "s|%R|$RUN|g" -e "s|%E|$ETC|g" "$TOP/config.yaml"
  else
    cat "$TOP/config.yaml"
  fi
  if [ "$CONFIGURE" = yes ]; then write_found; fi
}

# Type=exec: of a user's systemd the binary may not reach the socket that Type=notify needs.
write_user_unit() {
  cat <<END
# Made by install.sh. For the systemd of a user: systemctl --user enable --now certgate
[Unit]
Description=Keeps one bad certificate from costing other hostnames their HTTPS

[Service]
Type=exec
ExecStart="$BIN" run --config "$CONFIG"
ExecReload=/bin/kill -HUP \$MAINPID
# certgate may write below the directory it is started in.
WorkingDirectory=$PREFIX/var
UMask=0077
Restart=always
RestartSec=1

[Install]
WantedBy=default.target
END
}

# --- systemd ----------------------------------------------------------------------------------------------------------

systemd_runs() {
  [ -d "$ROOT/run/systemd/system" ] && has_host systemctl
}

settle_unit() {
  [ "$ON_HOST" = yes ] || return 0
  if ! systemd_runs; then return 0; fi
  if [ "$UNIT_CHANGED" = yes ] || [ "$RELOAD" = yes ] || [ "$ACTION" != none ]; then
    step "systemctl daemon-reload" host systemctl daemon-reload || fail_unit "Cannot reload systemd"
  fi
  if [ "$START" = no ]; then return 0; fi
  case $ACTION in
  start) step "systemctl enable certgate.service, and start it" start_unit ;;
  restart)
    # Who has stopped it wants it stopped.
    if [ "$(ask_host systemctl is-active certgate.service)" = inactive ]; then
      say "  certgate.service is stopped and stays so"
    else
      step "systemctl restart certgate.service" restart_unit
    fi
    ;;
  *) return 0 ;;
  esac
  if [ -e "$PENDING" ] && [ "$DRY_RUN" = no ]; then as_root rm -f "$PENDING"; fi
}

start_unit() {
  host systemctl enable certgate.service >"$WORK/said" 2>&1 || fail_unit "Cannot enable certgate.service: $(last_words)"
  # restart starts what does not run, and does not leave an old one running.
  restart_unit
}

restart_unit() {
  run_child host systemctl restart certgate.service || fail_unit "Cannot start certgate.service: $(last_words)"
  waited=0
  while
    state=$(ask_host systemctl is-active certgate.service)
    [ "$state" != active ]
  do
    if [ "$state" = failed ] || [ "$waited" -ge "$WAIT" ]; then fail_unit "Cannot start certgate.service: it is ${state:-unknown} after $waited s"; fi
    sleep 1
    waited=$((waited + 1))
  done
}

fail_unit() {
  back=""
  if [ -n "$before" ] && [ "$before" != "$WANTED" ]; then back="; --version $before brings back the one before"; fi
  fail "$1" "journalctl -u certgate -n 50 --no-pager says why$back"
}

say_result() {
  if [ "$DRY_RUN" = yes ]; then
    [ "$CHANGED" = yes ] || say "  nothing: certgate $WANTED is installed as it should be"
    return 0
  fi
  if [ "$CHANGED" = no ]; then
    say "certgate $WANTED is installed already: nothing was changed, and nothing was restarted"
    return 0
  fi
  say "certgate $WANTED is installed: ${BIN#"$ROOT"}, configured by ${CONFIG#"$ROOT"}"
  if [ -n "$PREFIX" ]; then
    say "Start it:  systemctl --user link \"$UNIT\" && systemctl --user enable --now certgate"
    say "     or:   cd \"$PREFIX/var\" && \"$BIN\" run --config \"$CONFIG\""
  elif [ "$ON_HOST" = yes ] && ! systemd_runs; then
    say "systemd does not run here. Start it as user certgate:  cd /var/lib/certgate && certgate run"
  elif [ "$ON_HOST" = yes ] && [ "$START" = no ]; then
    say "Not started, as you wished:  systemctl enable certgate && systemctl restart certgate"
  fi
}

# --- certbot and Envoy Gateway ----------------------------------------------------------------------------------------

find_neighbours() {
  CERTBOT=no
  if [ -d "$LETSENCRYPT/live" ]; then CERTBOT=yes; fi
  EG="" EG_UNIT="" EG_CONFIG="" EG_USER=root EG_RESOURCES="" EG_RUNTIME=""
  find_gateway_unit
  [ -n "$EG" ] || find_gateway_process
  if [ -z "$EG" ]; then EG=$(command -v envoy-gateway) || EG=""; fi
  [ -n "$EG" ] || return 0
  [ -n "$EG_CONFIG" ] && [ -r "$ROOT$EG_CONFIG" ] || return 0
  # Only what is written in the plainest form is understood; anything else is left to whoever reads the result.
  EG_RESOURCES=$(one_path paths "$ROOT$EG_CONFIG")
  EG_RUNTIME=$(one_path runtimeDir "$ROOT$EG_CONFIG")
}

find_gateway_unit() {
  for place in "$ROOT"/etc/systemd/system/*.service "$ROOT"/usr/lib/systemd/system/*.service "$ROOT"/lib/systemd/system/*.service; do
    [ -r "$place" ] || continue
    line=$(sed -n 's/^ExecStart=[-@:+!]*//p' "$place" | grep 'envoy-gateway' | sed -n 1p)
    [ -n "$line" ] || continue
    EG=${line%% *} EG_UNIT=${place##*/}
    EG_CONFIG=$(printf '%s\n' "$line" | tr -d '"' | tr -s ' ' '\n' | config_path)
    user=$(sed -n 's/^User=//p' "$place" | sed -n '$p')
    EG_USER=${user:-root}
    return 0
  done
}

find_gateway_process() {
  grep -ls envoy-gateway "$ROOT"/proc/[0-9]*/cmdline 2>/dev/null >"$WORK/processes"
  while IFS= read -r place; do
    tr '\0' '\n' <"$place" >"$WORK/words" 2>/dev/null || continue
    program=$(sed -n 1p "$WORK/words")
    [ "${program##*/}" = envoy-gateway ] || continue
    EG=$program
    EG_CONFIG=$(config_path <"$WORK/words")
    # shellcheck disable=SC2012 # one name of our own choice; stat has no form that is everywhere
    EG_USER=$(ls -ld "${place%/cmdline}" | awk '{ print $3 }')
    return 0
  done <"$WORK/processes"
}

# From the words of a command, a line each.
config_path() {
  awk 'take { print; exit } sub(/^--config-path=/, "") { print; exit } $0 == "--config-path" || $0 == "-c" { take = 1 }'
}

# The one absolute path of a key: "key: /a", "key: [/a]", or the first and only line of a list below it.
one_path() { # KEY FILE
  awk -v key="$1" '
		{ gsub(/["\047]/, ""); sub(/[ \t]+#.*/, "") }
		inside && /^ *- / { sub(/^ *- */, ""); found[++count] = $0; next }
		{ inside = 0 }
		$1 == key ":" {
			sub(/^ *[A-Za-z]*: */, ""); gsub(/[][ ]/, "")
			if ($0 == "") inside = 1; else found[++count] = $0
		}
		END { if (count == 1 && found[1] ~ /^\/[-A-Za-z0-9\/._@+=:~]*$/) print found[1] }' "$2"
}

# The part of config.yaml that this host asks for.
write_found() {
  if [ "$CERTBOT" = no ] && [ -z "$EG" ]; then return 0; fi
  printf '\n# What install.sh has found on this host.\n'
  if [ "$CERTBOT" = yes ]; then printf 'sources:\n  - path: "/etc/letsencrypt/live/*" # certbot\n'; fi
  if [ -n "$EG" ]; then
    printf 'gate:\n  resources: "%s" # the Gateway API objects that you write\n' "${EG_RESOURCES:-${ETC#"$ROOT"}/resources}"
    printf '  output: "%s" # what Envoy Gateway reads\n' "${STATE#"$ROOT"}/gate"
    if [ -n "$EG_RUNTIME" ]; then printf 'envoy:\n  runtimeDir: "%s"\n' "$EG_RUNTIME"; fi
  fi
}

# The configuration that certgate will run with, as a file that may be read.
current_configuration() {
  if [ -f "$WORK/config.yaml" ]; then
    printf '%s' "$WORK/config.yaml"
  elif [ -r "$CONFIG" ]; then
    printf '%s' "$CONFIG"
  elif as_root cat "$CONFIG" 2>/dev/null >"$WORK/current.yaml"; then
    printf '%s' "$WORK/current.yaml"
  else
    return 1
  fi
}

# --configure: what certgate and Envoy Gateway are to read. A configuration that is there gets one beside it.
put_neighbours() {
  # With a configuration from before, put_configuration has written none.
  if [ ! -f "$WORK/config.yaml" ] && { [ "$CERTBOT" = yes ] || [ -n "$EG" ]; }; then
    write_configuration >"$WORK/suggested.yaml"
    owner=root:certgate mode=640
    if [ -n "$PREFIX" ]; then owner="" mode=600; fi
    put_beside "$WORK/suggested.yaml" "$CONFIG" "$mode" "$owner"
  fi
  if [ -n "$EG" ]; then put_gateway; fi
  if [ "$CERTBOT" = yes ] && [ -z "$PREFIX" ] && keys_are_of_others; then
    say "  certbot's files have a group of their own and keep it: add the user certgate to that group (usermod, and"
    say "  SupplementaryGroups as in key-directories.conf of the examples)"
    CERTBOT=no
  elif [ "$CERTBOT" = yes ] && [ -z "$PREFIX" ]; then
    write_certbot_hook >"$WORK/certbot-hook"
    put "$WORK/certbot-hook" "$CERTBOT_HOOK" 755
  fi
}

put_gateway() {
  if "$TOP/certgate" eg-config --config "$(current_configuration)" >"$WORK/envoy-gateway.yaml" 2>"$WORK/said"; then
    put_beside "$WORK/envoy-gateway.yaml" "$ETC/envoy-gateway.yaml" 644 ""
  else
    say "  Envoy Gateway's configuration cannot be made: $(last_words)"
  fi
  [ -z "$PREFIX" ] || return 0
  put_envoy
  if [ -n "$EG_UNIT" ]; then
    printf '# Made by install.sh of certgate.\n[Unit]\nWants=certgate.service\nAfter=certgate.service\n' >"$WORK/order.conf"
    put "$WORK/order.conf" "$ROOT/etc/systemd/system/$EG_UNIT.d/certgate.conf" 644
    [ "$PUT" = no ] || RELOAD=yes
  fi
}

put_beside() { # FILE PLACE MODE OWNER
  if [ ! -e "$2" ]; then
    put "$@"
    return 0
  fi
  as_root cat "$2" 2>/dev/null >"$WORK/there"
  if [ "$(sha256 "$1")" = "$(sha256 "$WORK/there")" ]; then return 0; fi
  as_root cat "$2.new" 2>/dev/null >"$WORK/there"
  if [ "$(sha256 "$1")" = "$(sha256 "$WORK/there")" ]; then return 0; fi
  say "  ${2#"$ROOT"} stays as it is: compare it with ${2#"$ROOT"}.new"
  put "$1" "$2.new" "$3" "$4"
}

# The binary runs Envoy at fixed places only, and Envoy Gateway fetches its Envoy to another, with the version in it.
put_envoy() {
  if [ -x "$ROOT/usr/bin/envoy" ] || [ -x "$ROOT/usr/local/bin/envoy" ]; then return 0; fi
  envoy=$ROOT/opt/envoy/bin/envoy
  if [ ! -x "$envoy" ]; then envoy=$(newest_envoy); fi
  [ -n "$envoy" ] || return 0
  if may_everybody_reach "$envoy"; then
    if [ "$(readlink "$LIB/envoy" 2>/dev/null)" = "${envoy#"$ROOT"}" ]; then return 0; fi
    step "link ${LIB#"$ROOT"}/envoy to ${envoy#"$ROOT"}" stage_link ||
      fail "Cannot link $LIB/envoy: $(last_words)" "nothing was replaced; see to the permissions, then run this again"
  else
    # A link would end behind a closed door.
    put "$envoy" "$LIB/envoy" 755
  fi
}

stage_link() {
  make_parents "$LIB/envoy" || return 1
  printf '%s\n' "$LIB/envoy" >>"$WORK/staged"
  staged=$(beside "$LIB/envoy")
  as_root rm -f "$staged" && as_root ln -s "${envoy#"$ROOT"}" "$staged"
} 2>"$WORK/said"

newest_envoy() {
  home=$(ask_host getent passwd "$EG_USER" | awk -F: '{ print $6 }')
  for home in "$ROOT${home:-/root}" "$ROOT/root"; do
    versions=$home/.local/share/envoy-gateway/envoy-versions
    # shellcheck disable=SC2016 # for that shell
    newest=$(as_root sh -c 'cd "$1" 2>/dev/null && for each in *; do [ ! -x "$each/bin/envoy" ] || echo "$each"; done' sh "$versions" |
      sort -t . -k 1,1n -k 2,2n -k 3,3n | sed -n '$p')
    if [ -n "$newest" ]; then
      printf '%s' "$versions/$newest/bin/envoy"
      return 0
    fi
  done
}

# The unit of certgate sees no homes, and runs nothing of where it may write.
may_everybody_reach() {
  case ${1#"$ROOT"} in
  /root/* | /home/* | /run/user/* | /tmp/* | /var/tmp/* | /var/lib/certgate/*) return 1 ;;
  esac
  reached=$1
  while [ "$reached" != "$ROOT" ] && [ -n "$reached" ]; do
    [ -n "$(find "$reached" -prune -perm -001 2>/dev/null)" ] || return 1
    reached=${reached%/*}
  done
}

# certbot keeps group and mode of a key when it renews it; a new name starts closed.
write_certbot_hook() {
  cat <<END
#!/bin/sh
# Made by install.sh of certgate: lets certgate read what certbot writes.
set -eu
getent group $GROUP >/dev/null || exit 0
cd /etc/letsencrypt
chgrp -R $GROUP live archive
chmod -R g+rX live archive
END
}

# --configure, after the files have their names.
open_keys() {
  if [ "$CERTBOT" = no ] || [ "$ON_HOST" = no ]; then return 0; fi
  if [ -z "$(find_keys ! -group "$(group_number)" -o ! -type l ! -perm -040)" ]; then return 0; fi
  step "let the group $GROUP read /etc/letsencrypt/live and archive" open_certbot ||
    fail "Cannot open certbot's directories to $GROUP: $(last_words)" "certgate is installed; see to the permissions, then run this again"
}

# In a dry run before the first installation there is no such group, and no file has this number.
group_number() {
  number=$(ask_host getent group "$GROUP" | awk -F: '{ print $3 }')
  printf '%s' "${number:-2147483646}"
}

# The first file of certbot's that find knows by these words; what cannot be looked at counts.
find_keys() {
  # shellcheck disable=SC2016 # for that shell
  as_root sh -c 'cd "$1" && shift && find live archive ! -type l \( "$@" \) 2>&1 | sed -n 1p' sh "$LETSENCRYPT" "$@"
}

# Another group was given the keys by somebody who needs it; a file has one group only.
keys_are_of_others() {
  # shellcheck disable=SC2012 # a number from ls is the same everywhere
  usual=$(ls -ldn "$LETSENCRYPT" | awk '{ print $4 }')
  [ "$DRY_RUN" = no ] || [ -x "$LETSENCRYPT/live" ] || return 1
  [ -n "$(find_keys ! -group "$usual" ! -group "$(group_number)")" ]
}

open_certbot() {
  for place in "$LETSENCRYPT/live" "$LETSENCRYPT/archive"; do
    [ -d "$place" ] || continue
    host chgrp -R "$GROUP" "$place" && as_root chmod -R g+rX "$place" || return 1
  done
} 2>"$WORK/said"

suggest_neighbours() {
  if [ -n "$before" ] && [ "$CHANGED" = no ]; then return 0; fi
  if [ "$CERTBOT" = yes ] || [ -n "$EG" ]; then
    print_neighbours
  elif [ -z "$before" ]; then
    say ""
    say "Neither certbot (${LETSENCRYPT#"$ROOT"}/live) nor Envoy Gateway was found here. Say in ${CONFIG#"$ROOT"} where certificates"
    say "and Gateway API objects are; certgate eg-config then prints what Envoy Gateway needs, and certgate status what is so."
  fi
}

print_neighbours() {
  say ""
  if [ "$CERTBOT" = yes ]; then say "certbot is here. Its keys are closed to certgate until the group $GROUP may read them."; fi
  if [ -n "$EG" ]; then say "Envoy Gateway is here: $EG${EG_UNIT:+, unit $EG_UNIT}${EG_CONFIG:+, configuration $EG_CONFIG}."; fi
  say "Run this again with --configure to have it all written (beside a configuration that is there, as ${CONFIG##*/}.new),"
  say "or put this into ${CONFIG#"$ROOT"}:"
  write_found
  if [ "$CERTBOT" = yes ]; then
    say ""
    say "As root, now and from a file in /etc/letsencrypt/renewal-hooks/deploy/:"
    say "  chgrp -R $GROUP /etc/letsencrypt/live /etc/letsencrypt/archive"
    say "  chmod -R g+rX /etc/letsencrypt/live /etc/letsencrypt/archive"
  fi
  [ -n "$EG" ] || return 0
  say ""
  say "And Envoy Gateway reads (certgate eg-config prints it, too):"
  write_found >"$WORK/found.yaml"
  "$TOP/certgate" eg-config --config "$WORK/found.yaml" 2>&1
  say_gateway_rules
}

say_gateway_rules() {
  say ""
  say "Envoy Gateway has to be started after certgate, as root or as user certgate."
  case $EG_USER in
  root | certgate) ;;
  *) say "It runs as user $EG_USER here, who may not read what certgate publishes for it." ;;
  esac
  if [ -n "$EG_RESOURCES" ]; then say "certgate takes your objects from $EG_RESOURCES, which Envoy Gateway reads now, and hands on what is usable."; fi
}

say_configured() {
  if [ -z "$EG" ] || [ "$CONFIGURE" = no ] || [ "$CHANGED" = no ]; then return 0; fi
  say "Envoy Gateway itself was not touched. When you are ready, start it with --config-path ${ETC#"$ROOT"}/envoy-gateway.yaml"
  say "in place of ${EG_CONFIG:-what it has now}; take over what else you have set there."
  say_gateway_rules
}

# --- taking it away ---------------------------------------------------------------------------------------------------

uninstall_certgate() {
  check_privilege
  make_work
  CHANGED=no before="" WANTED=""
  if [ "$DRY_RUN" = yes ]; then say "These steps would be done, and none of them is:"; fi
  if [ -e "$UNIT" ] && [ "$ON_HOST" = yes ] && systemd_runs; then
    step "systemctl disable certgate.service, and stop it" host systemctl disable --now certgate.service 2>"$WORK/said" ||
      fail "Cannot stop certgate.service: $(last_words)" \
        "journalctl -u certgate -n 50 --no-pager says why; nothing was removed"
    stopped=yes
  fi
  for place in "$BIN" "$UNIT" "$SYSUSERS" "$DOC" "$LIB/envoy" "$PENDING" "$SHARE/man/man1/certgate.1" "$SHARE/bash-completion/completions/certgate" \
    "$SHARE/zsh/site-functions/_certgate" "$SHARE/fish/vendor_completions.d/certgate.fish"; do
    remove "$place"
  done
  if [ "$TASK" = purge ]; then purge_certgate; fi
  # What else is in there is the operator's own, such as the program that restarts dependents.
  if [ -d "$LIB" ] && [ "$DRY_RUN" = no ]; then as_root rmdir "$LIB" 2>/dev/null; fi
  if [ "${stopped:-no}" = yes ]; then step "systemctl daemon-reload" host systemctl daemon-reload; fi
  if [ -n "$PREFIX" ] && [ "$DRY_RUN" = no ]; then remove_empty; fi
  say_removed
}

remove() {
  if [ -z "$1" ] || { [ ! -e "$1" ] && [ ! -h "$1" ]; }; then return 0; fi
  step "remove ${1#"$ROOT"}" as_root rm -rf "$1" 2>"$WORK/said" ||
    fail "Cannot remove $1: $(last_words)" \
      "see to the permissions, then run this again"
}

purge_certgate() {
  remove "$ETC"
  remove "$LIB"
  remove "$STATE"
  remove "$RUN"
  [ -z "$PREFIX" ] || return 0
  remove "$UNIT.d"
  for place in "$ROOT"/etc/systemd/system/*.service.d/certgate.conf; do
    if grep -qs '^# Made by install.sh of certgate' "$place"; then remove "$place"; fi
  done
  remove "$CERTBOT_HOOK"
  [ "$ON_HOST" = yes ] || return 0
  if ask_host getent group "$GROUP" >/dev/null; then
    # The number of the group may be given to another one later, which must not find keys.
    if [ -d "$LETSENCRYPT/live" ] && [ -n "$(find_keys -group "$(group_number)")" ]; then
      step "give /etc/letsencrypt/live and archive back to the group root" close_certbot
    fi
    if ask_host getent passwd certgate >/dev/null; then step "remove the user certgate" host userdel certgate; fi
    step "remove the group $GROUP" host groupdel "$GROUP"
  elif ask_host getent passwd certgate >/dev/null; then
    step "remove the user certgate" host userdel certgate
  fi
  if ask_host getent group certgate >/dev/null && [ "$DRY_RUN" = no ]; then step "remove the group certgate" host groupdel certgate; fi
}

close_certbot() {
  # shellcheck disable=SC2016 # for that shell
  as_root sh -c 'cd "$1" && find live archive ! -type l -group "$2" -exec "$3" root {} +' sh \
    "$LETSENCRYPT" "$(group_number)" "${HOST_COMMANDS:+$HOST_COMMANDS/}chgrp"
}

# Below a prefix nothing else may be: what is empty goes, what is not stays.
remove_empty() {
  for place in share/doc share/man/man1 share/man share/bash-completion/completions share/bash-completion share/zsh/site-functions share/zsh \
    share/fish/vendor_completions.d share/fish share/systemd/user share/systemd share lib bin var/lib var/run var etc; do
    rmdir "$PREFIX/$place" 2>/dev/null
  done
  rmdir "$PREFIX" 2>/dev/null
}

say_removed() {
  if [ "$CHANGED" = no ]; then
    say "certgate is not installed: nothing to remove"
  elif [ "$DRY_RUN" = no ] && [ "$TASK" = purge ]; then
    say "certgate is removed, with its configuration and its state"
  elif [ "$DRY_RUN" = no ]; then
    say "certgate is removed. Configuration and state are kept: ${ETC#"$ROOT"}, ${STATE#"$ROOT"}"
  fi
  if [ "$CHANGED" = yes ] && [ -z "$PREFIX" ]; then say "An Envoy Gateway whose configuration still names certgate waits for it: take its extensionManager out."; fi
}

main() {
  # Files get the modes that are named here, whatever the caller's mask is.
  umask 022
  parse_options "$@"
  set_places
  if [ "$TASK" = install ]; then install_certgate; else uninstall_certgate; fi
}

# In braces, so that a line that was cut off is no command. Without standard input, which may be this script.
{ main "$@" </dev/null && exit 0; }
