#!/bin/sh
# Secrets come into a container as files: for every variable NAME_FILE that names one below /run/secrets, NAME is its content.
set -eu
secrets="${SECRETS_FOLDER:-/run/secrets}"
for name in $(env | sed -n "s|^\([A-Za-z_][A-Za-z0-9_]*\)_FILE=$secrets/.*|\1|p"); do
    file=$(printenv "${name}_FILE")
    if [ ! -r "$file" ]; then
        echo "error: ${name}_FILE: $file cannot be read by user $(id -u)" >&2
        echo "  fix: chmod 0444 it on the host, in a folder that only you may enter" >&2
        exit 2
    fi
    value=$(cat "$file")
    export "$name=$value"
done
exec capteur "$@"
