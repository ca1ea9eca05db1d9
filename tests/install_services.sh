#!/bin/sh
# Installs what the tests need from Debian's packages, where this user may; else says what will be skipped.
# The packages' own daemons are kept from starting: tests run private ones on free ports.
set -eu

install() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        echo "not installed and may not install: $* (as root: apt-get install $*)" >&2
        return 1
    fi
    echo "installing $*"
    guard=/usr/sbin/policy-rc.d
    if [ ! -e "$guard" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$guard"
        chmod 755 "$guard"
        trap 'rm -f "$guard"' EXIT
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

case "${1:-}" in
venv)
    "${2:-python3}" -c 'import ensurepip' 2>/dev/null || install python3-venv
    ;;
services)
    missing=""
    command -v mosquitto >/dev/null 2>&1 || [ -x /usr/sbin/mosquitto ] || missing="$missing mosquitto"
    command -v influxd >/dev/null 2>&1 || missing="$missing influxdb"
    command -v victoria-metrics >/dev/null 2>&1 || missing="$missing victoria-metrics"
    command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
    command -v chromedriver >/dev/null 2>&1 || missing="$missing chromium-driver"
    # Word splitting is wanted: one argument a package.
    # shellcheck disable=SC2086
    [ -z "$missing" ] || install $missing || true
    ;;
*)
    echo "usage: $0 venv [PYTHON] | services" >&2
    exit 2
    ;;
esac
