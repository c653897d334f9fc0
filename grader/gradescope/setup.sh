#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: installs Python and the grader, prepares datasets and answers.
set -euo pipefail
umask 022
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

suitable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for python in python3 python3.13 python3.12 python3.11; do
        if suitable "$python"; then
            echo "$python"
            return
        fi
    done
    return 1
}

if ! find_python >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install --yes --no-install-recommends python3 python3-venv
    # Ubuntu 22.04 has an older python3, but also offers this one.
    find_python >/dev/null || apt-get install --yes --no-install-recommends python3.11 python3.11-venv || true
fi
if ! python=$(find_python); then
    echo 'This image has no Python 3.11 or later: choose Ubuntu 22.04 or later as the base image in Gradescope.' >&2
    exit 1
fi

"$python" -m venv --clear "$source/venv"
cd "$source"
"$source/venv/bin/pip" install --no-cache-dir --disable-pip-version-check --requirement requirements.txt

# Grade the solution: a failure should be in the log of the build, not in the result of the first student.
"$source/run_autograder" --prepare
