#!/bin/sh
# Brings many hosts to one version of certgate over ssh: the first host alone, then a tenth of them, then the rest. After each
# host it is asked whether all is as well as before; if not, that host gets the previous version back and nothing goes on.
# Runs on the machine of the operator. docs/fleet.md explains it.
set -eu

usage() {
  cat <<'END'
Usage: rollout.sh --archive FILE --sha256 HEX --previous FILE --previous-sha256 HEX [options] HOST...

  --archive FILE          release archive of the wanted version: certgate_VERSION_linux_ARCH.tar.gz
  --sha256 HEX            its checksum, as you have pinned it (a line of SHA256SUMS)
  --previous FILE         archive of the version that runs now, for the way back
  --previous-sha256 HEX   its checksum
  --installer FILE        install.sh (default: ./install.sh)
  --timeout DURATION      how long a host may take until Envoy serves everything (default: 5m)
  --pause SECONDS         how long to wait between stages (default: 300), for alerts to show

Exit codes: 0 all hosts have it, 1 stopped at a host, 2 wrong usage.
END
}

fail() {
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit "${3:-1}"
}

remote() { # HOST COMMAND: standard input goes there, so that a file can be sent
  host=$1
  shift
  ssh -o BatchMode=yes "$host" "$@"
}

checked() { # FILE HEX
  [ -f "$1" ] || fail "Cannot read the archive \"$1\"" "give the path of a release archive" 2
  sum=$(sha256sum <"$1")
  [ "${sum%% *}" = "$2" ] || fail "Cannot use \"$1\": its checksum is not the pinned one" "fetch it again, and compare with SHA256SUMS" 2
}

version_of() { # ARCHIVE
  name=${1##*/}
  case $name in
  certgate_*_linux_*.tar.gz) ;;
  *) fail "Cannot use \"$name\": it is not named as a release archive" "certgate_VERSION_linux_ARCH.tar.gz" 2 ;;
  esac
  name=${name#certgate_}
  printf '%s\n' "${name%%_*}"
}

install_on() { # HOST ARCHIVE HEX
  remote "$1" "mkdir -p certgate-rollout && cat > certgate-rollout/install.sh" <"$INSTALLER" &&
    remote "$1" "cat > certgate-rollout/${2##*/}" <"$2" &&
    remote "$1" "sudo sh certgate-rollout/install.sh --file certgate-rollout/${2##*/} --sha256 $3" </dev/null
}

# How many listeners are withheld. What was dark before is no fault of the new version.
withheld_on() { # HOST
  remote "$1" "sudo certgate status -o json" </dev/null 2>/dev/null | grep -c '"delivery": "withheld"' || true
}

is_well() { # HOST VERSION WITHHELD-BEFORE
  status=$(remote "$1" "sudo certgate status -o json" </dev/null) || true
  printf '%s\n' "$status" | grep -q "^  \"version\": \"$2\"" || return 1
  printf '%s\n' "$status" | grep -q '^  "ready": true' || return 1
  # With the gate off there is nothing to converge.
  if ! printf '%s\n' "$status" | grep -q '^  "gate": null'; then
    remote "$1" "sudo certgate wait --for converged --timeout $TIMEOUT" </dev/null || return 1
  fi
  [ "$(withheld_on "$1")" -le "$3" ]
}

upgrade() { # HOST
  before=$(withheld_on "$1")
  printf '%s: %s, %s listeners withheld before\n' "$1" "$VERSION" "$before"
  if install_on "$1" "$ARCHIVE" "$SHA256" && is_well "$1" "$VERSION" "$before"; then
    return 0
  fi
  printf '%s: not as well as before, going back\n' "$1" >&2
  install_on "$1" "$PREVIOUS" "$PREVIOUS_SHA256" || printf '%s: going back failed too\n' "$1" >&2
  fail "Cannot go on after \"$1\"" "done so far:${DONE:- none}; look at this host with certgate status"
}

parse_options() {
  ARCHIVE='' SHA256='' PREVIOUS='' PREVIOUS_SHA256='' INSTALLER=./install.sh TIMEOUT=5m PAUSE=300
  while [ $# -gt 0 ]; do
    case $1 in
    --help | -h)
      usage
      exit 0
      ;;
    --*) [ $# -ge 2 ] || fail "Option $1 needs a value" "rollout.sh --help shows every option" 2 ;;
    *) break ;;
    esac
    case $1 in
    --archive) ARCHIVE=$2 ;;
    --sha256) SHA256=$2 ;;
    --previous) PREVIOUS=$2 ;;
    --previous-sha256) PREVIOUS_SHA256=$2 ;;
    --installer) INSTALLER=$2 ;;
    --timeout) TIMEOUT=$2 ;;
    --pause) PAUSE=$2 ;;
    *) fail "Unknown option $1" "rollout.sh --help shows every option" 2 ;;
    esac
    shift 2
  done
  [ $# -gt 0 ] || fail "No hosts" "name them behind the options" 2
  HOSTS=$*
}

main() {
  parse_options "$@"
  checked "$ARCHIVE" "$SHA256"
  checked "$PREVIOUS" "$PREVIOUS_SHA256"
  [ -f "$INSTALLER" ] || fail "Cannot read \"$INSTALLER\"" "name install.sh with --installer" 2
  VERSION=$(version_of "$ARCHIVE")
  version_of "$PREVIOUS" >/dev/null
  # shellcheck disable=SC2086 # names of hosts have no blanks
  set -- $HOSTS
  tenth=$(((${#} + 9) / 10))
  done_count=0 DONE=''
  for host in "$@"; do
    # After the first host, and after a tenth of them.
    if [ "$done_count" -eq 1 ] || { [ "$done_count" -eq "$tenth" ] && [ "$tenth" -gt 1 ]; }; then
      printf 'stage done: %s of %s hosts; waiting %s s\n' "$done_count" "$#" "$PAUSE"
      sleep "$PAUSE"
    fi
    upgrade "$host"
    done_count=$((done_count + 1))
    DONE="$DONE $host"
  done
  printf 'all %s hosts have %s\n' "$#" "$VERSION"
}

main "$@"
