# Run the tool once and keep its exit code. Started by start.sh; the variables come before it.
umask 077
cd "$dir" || exit 1
# Of two runners one makes this directory; the other goes away.
if ! mkdir claim 2>/dev/null; then
    # Its files may have come after the tool had ended.
    [ -f exit_code ] && forget_parameters
    exit 0
fi
# A stop signals the whole group: the tool ends by it, and this one keeps the tool's exit code.
trap '' HUP
trap : TERM

{ echo "$$"; boot_id; } >pid.new && mv pid.new pid
date -u '+%Y-%m-%dT%H:%M:%SZ' >started

# A shell of its own, so that the tool's environment is not that of the commands below.
sh -c '. ./env.sh; echo "$$" >tool_pid; exec "$tool" parfile=job.par' </dev/null >output 2>&1
code=$?

# The parameter files may hold a password: they go as soon as the tool has read them for good.
forget_parameters
date -u '+%Y-%m-%dT%H:%M:%SZ' >ended
echo "$code" >exit_code.new && mv exit_code.new exit_code
# Once more: what a late start wrote before it could see the exit code.
forget_parameters
