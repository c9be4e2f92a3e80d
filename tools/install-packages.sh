#!/bin/sh
# Install what the tests use beside Python: SSH servers, a mail server, 7-Zip, other shells, promtool.
# Without the right to do so, those tests are skipped by name and everything else runs.
set -eu

missing=
for pair in sshd:openssh-server 7zz:7zip busybox:busybox ksh:ksh proftpd:proftpd-core openssl:openssl postfix:postfix \
    saslpasswd2:sasl2-bin; do
    PATH="$PATH:/usr/sbin" command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
done
[ -f /usr/lib/proftpd/mod_sftp.so ] || missing="$missing proftpd-mod-crypto"
[ -e "$(echo /usr/lib/*/sasl2/libplain.so)" ] || missing="$missing libsasl2-modules"
promtool=.venv/bin/promtool
wanted=$missing
[ -x "$promtool" ] || command -v promtool >/dev/null 2>&1 || wanted="$wanted promtool"
[ -n "$wanted" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed:$wanted. Tests that need these are skipped."
    [ -z "$missing" ] || echo "As root: apt-get install$missing"
    exit 0
fi
echo "Installing$wanted."
apt-get update -qq >/dev/null || true
if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 # a list of names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
        echo "Could not install$missing. Tests that need these are skipped."
fi
[ "$wanted" != "$missing" ] || exit 0
# Of Prometheus the program alone: its package would start a server.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
if (cd "$folder" && apt-get download -qq prometheus >/dev/null 2>&1) &&
    dpkg-deb --fsys-tarfile "$folder"/prometheus_*.deb | tar -xO ./usr/bin/promtool >"$folder/promtool"; then
    install -m 755 "$folder/promtool" "$promtool"
else
    echo "Could not install promtool. Tests that need it are skipped."
fi
