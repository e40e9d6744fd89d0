#!/bin/sh
# Start the vision service in its container, as a user who may write nothing but its data.
set -eu

data="${TWAT_VISION_DATA_DIR:-/data}"

if [ "$(id -u)" -eq 0 ]; then
  # Supervisor and Docker make the folder, and Supervisor the options in it, as root.
  chown -R twat:twat "$data"
  exec setpriv --reuid=twat --regid=twat --init-groups --no-new-privs "$0" "$@"
fi

exec /opt/twat/bin/python -m twat_vision "$@"
