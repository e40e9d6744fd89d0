#!/usr/bin/env bash
# Installs or updates the camera service on Raspberry Pi OS (Bookworm or newer) from this clone.
# Run it again after `git pull` to update.
set -euo pipefail

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${TWAT_CAMERA_TARGET:-/opt/twat-camera}
units=${TWAT_CAMERA_UNITS:-/etc/systemd/system}
port=${TWAT_CAMERA_PORT:-8098}

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

[[ ${1:-} != --help && ${1:-} != -h ]] || {
    echo "usage: sudo pi_camera/install.sh    installs or updates the TWAT camera service"
    exit 0
}
(($# == 0)) || fail "takes no arguments, got: $*"
[[ $(id -u) == 0 ]] || fail "needs root: sudo $0"
command -v apt-get > /dev/null || fail "this is not Raspberry Pi OS: there is no apt-get"
for part in vision_addon/service_kit pi_camera; do
    [[ -f $clone/$part/pyproject.toml ]] || fail "$clone is no complete clone: $part is missing"
done

echo "== Packages"
apt-get update -q
# Picamera2 belongs to the system's libcamera and cannot come from PyPI.
apt-get install -y -q --no-install-recommends python3-picamera2 python3-venv curl
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
    || fail "Python 3.11 or newer is needed: Raspberry Pi OS Bookworm or later"

echo "== Program in $target"
mkdir -p "$target"
python3 -m venv --system-site-packages "$target/venv"
"$target/venv/bin/python" -m pip install -q --upgrade \
    "$clone/vision_addon/service_kit" "$clone/pi_camera"
"$target/venv/bin/python" -c 'import picamera2' \
    || fail "Picamera2 cannot be imported; does rpicam-hello work?"
install -m 0644 "$clone/pi_camera/README.md" "$target/README.md"

echo "== Service"
id -u twat-camera > /dev/null 2>&1 \
    || useradd --system --user-group --home-dir /nonexistent --no-create-home \
        --shell /usr/sbin/nologin twat-camera
install -m 0644 "$clone/pi_camera/twat-camera.service" "$units/twat-camera.service"
systemctl daemon-reload
systemctl enable twat-camera.service
systemctl restart twat-camera.service

echo "== Pairing"
if health=$(curl -fsS --retry 20 --retry-delay 1 --retry-connrefused \
    "http://127.0.0.1:$port/health"); then
    code=$(python3 -c 'import json, sys; print(json.load(sys.stdin).get("pairing_code") or "-")' \
        <<< "$health")
    echo "The camera runs on port $port. Home Assistant discovers it and asks for this code: $code"
else
    echo "The service does not answer; its log says why: journalctl -u twat-camera" >&2
    exit 1
fi
echo "A code lives ten minutes. The current one: journalctl -u twat-camera | grep 'pairing code' | tail -1"
