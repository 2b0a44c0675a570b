#!/bin/sh
# Stands in for the commands that change users and units: says in "calls" what it was asked for, and remembers what
# would be there afterwards.
name=${0##*/}
host=${0%/*}/..
case "$name $1" in
"getent passwd")
  grep "^$2:" "$host/passwd"
  exit
  ;;
"getent group")
  grep "^$2:" "$host/group"
  exit
  ;;
"systemctl is-active")
  cat "$host/active"
  exit
  ;;
esac
echo "$name $*" >>"$host/calls"
case "$name $1" in
systemd-sysusers*)
  echo "certgate:x:998:998::/var/lib/certgate:/usr/sbin/nologin" >>"$host/passwd"
  printf 'certgate:x:998:\ncertgate-keys:x:997:certgate\n' >>"$host/group"
  ;;
useradd*) echo "certgate:x:998:998::/var/lib/certgate:/usr/sbin/nologin" >>"$host/passwd" ;;
groupadd*) for group in "$@"; do :; done && echo "$group:x:997:certgate" >>"$host/group" ;;
"systemctl restart")
  cp "$host/after-restart" "$host/active"
  [ "$(cat "$host/active")" != failed ] || echo "Job for certgate.service failed." >&2
  [ "$(cat "$host/active")" != failed ]
  ;;
"systemctl disable") echo inactive >"$host/active" ;;
chgrp*)
  # Only root can, and there is no such group here.
  for word in "$@"; do
    shift
    [ "$word" != certgate-keys ] || word=997
    set -- "$@" "$word"
  done
  [ "$(id -u)" != 0 ] || command -p chgrp "$@"
  ;;
userdel*) : >"$host/passwd" ;;
groupdel*) sed "/^$1:/d" "$host/group" >"$host/group.new" && mv "$host/group.new" "$host/group" ;;
esac
