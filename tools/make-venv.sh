#!/bin/sh
# Make the virtual environment: make-venv.sh PYTHON VENV
set -eu
python=$1
venv=$2

"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || {
    echo "Python 3.11, 3.12 or 3.13 is needed, and $python is $("$python" --version 2>&1)." >&2
    echo "Install one, then name it: make PYTHON=python3.11 ..." >&2
    exit 1
}
"$python" -c 'import ensurepip' 2>/dev/null || {
    echo "$python cannot make virtual environments. Run: apt-get install python3-venv" >&2
    exit 1
}

echo "Making $venv with $("$python" --version): about 200 packages, a minute or two the first time."
"$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --constraint constraints.txt --requirement requirements-dev.txt
# Airflow puts plugins/ on its own path; this does the same for everything else in the environment.
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$(pwd)/plugins" > "$site/oracle_backup.pth"
echo "$venv is ready."
