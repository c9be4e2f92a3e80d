#!/bin/sh
# Install what the tests use beside Python: SSH servers, a mail server, 7-Zip, other shells.
# Without the right to do so, those tests are skipped by name and everything else runs.
set -eu

missing=
for pair in sshd:openssh-server 7zz:7zip busybox:busybox ksh:ksh proftpd:proftpd-core openssl:openssl postfix:postfix \
    saslpasswd2:sasl2-bin; do
    PATH="$PATH:/usr/sbin" command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
done
[ -f /usr/lib/proftpd/mod_sftp.so ] || missing="$missing proftpd-mod-crypto"
[ -e "$(echo /usr/lib/*/sasl2/libplain.so)" ] || missing="$missing libsasl2-modules"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed:$missing. Tests that need these are skipped. As root: apt-get install$missing"
    exit 0
fi
echo "Installing$missing."
apt-get update -qq >/dev/null || true
# shellcheck disable=SC2086 # a list of names
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    echo "Could not install$missing. Tests that need these are skipped."
