#!/bin/sh
# An issuer that answers every request with the same chain, the one in the file that it is given.
cat >/dev/null
exec cat "$1"
