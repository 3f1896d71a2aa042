#!/bin/sh
# install.sh PACKAGE...    what is missing of these Debian packages is installed, as root or through
# sudo; elsewhere the one command to type is printed and the status is 2.
missing=
for p in "$@"; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0
command="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    as=
elif command -v sudo >/dev/null 2>&1; then
    as=sudo
else
    echo "Some packages are missing. Type, as root:" >&2
    echo "    apt-get update && $command" >&2
    exit 2
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
$as apt-get update -qq && $as env DEBIAN_FRONTEND=noninteractive $command >/dev/null
