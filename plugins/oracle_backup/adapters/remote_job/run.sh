# Run the tool once and keep its exit code. Started by start.sh; the variables come before it.
umask 077
cd "$dir" || exit 1
if [ "${1:-}" = tool ]; then
    # A shell of its own, so that the tool's environment is not that of the commands below.
    identity "$$" >tool_pid
    . ./env.sh
    exec "$tool" parfile=job.par
fi
# Of two runners one makes this directory; the other goes away.
if ! mkdir claim 2>/dev/null; then
    # Its files may have come after the tool had ended. Or there is no room for a claim.
    if [ -f exit_code ] || [ ! -d claim ]; then forget_parameters; fi
    exit 0
fi
# A stop signals the whole group: the tool ends by it, and this one keeps the tool's exit code.
trap '' HUP
trap : TERM

# Nothing is started that can't be found again. The room for the exit code is taken now.
if ! { [ -f job.par ] && identity "$$" >pid.new && echo '   ' >exit_code.new && mv pid.new pid; }
then
    rm -f pid.new exit_code.new
    forget_parameters
    rmdir claim
    exit 1
fi
date -u '+%Y-%m-%dT%H:%M:%SZ' >started

sh "$dir/run.sh" tool </dev/null >output 2>&1
code=$?

# The parameter files may hold a password: they go as soon as the tool has read them for good.
forget_parameters
date -u '+%Y-%m-%dT%H:%M:%SZ' >ended
# In place, which needs no room on a full disk; where it does, as soon as there is some.
until printf '%-3s\n' "$code" 1<>exit_code.new; do
    [ -d "$dir" ] || exit 1
    sleep 10
done
mv exit_code.new exit_code
# Once more: what a late start wrote before it could see the exit code.
forget_parameters
