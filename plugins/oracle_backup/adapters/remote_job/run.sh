# Run the tool once and keep its exit code. Started by start.sh; the variables come before it.
umask 077
cd "$HOME/.oracle-backup/jobs/$job" || exit 1
# Of two runners one makes this directory; the other goes away.
mkdir claim 2>/dev/null || exit 0
trap '' HUP
. ./env.sh

boot_id() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || who -b 2>/dev/null || echo none; }

{ echo "$$"; boot_id; } >pid.new && mv pid.new pid
date -u '+%Y-%m-%dT%H:%M:%SZ' >started

"$tool" parfile=job.par </dev/null >output 2>&1
code=$?

# The parameter files may hold a password: they go as soon as the tool has read them for good.
rm -f job.par attach.par
date -u '+%Y-%m-%dT%H:%M:%SZ' >ended
echo "$code" >exit_code.new && mv exit_code.new exit_code
