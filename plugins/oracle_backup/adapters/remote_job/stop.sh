# Stop a job on the side of the database. Read by `sh -s`; the variables come before it: why, grace
# and attach, which is no when the database has been told already.
set -u
umask 077
# Who asked may have hung up by the time there is an answer; the client is to be ended all the same.
trap '' PIPE

cd "$dir" 2>/dev/null || {
    say state absent
    exit 0
}
# Told by others, it may have ended before this could say why.
if [ ! -f exit_code ] || [ "$attach" = no ]; then
    printf '%s\n' "$why" >stopped
fi
if [ -f exit_code ]; then
    say state ended
    exit 0
fi
# Not begun yet: whoever holds the claim keeps every runner from beginning.
if mkdir claim 2>/dev/null; then
    forget_parameters
    say state stopped
    exit 0
fi
# Ending the client alone would leave the job running in the database.
if [ "$attach" = yes ] && [ -f attach.par ]; then
    (
        . ./env.sh
        printf 'kill_job\nyes\n' | "$tool" parfile=attach.par >stop_output 2>&1
    )
    say attach_exit_code "$?"
fi

wait_for_end() {
    tries=0
    while [ ! -f exit_code ] && is_alive && [ "$tries" -lt "$1" ]; do
        tries=$((tries + 1))
        sleep 1
    done
}
# A process of that number may be anybody's by now: only what lives is ours.
end_client() {
    # With setsid the runner leads a group of its own, and the tool is in it.
    if lives pid && kill -TERM "-$pid" 2>/dev/null; then return; fi
    if lives tool_pid; then kill -TERM "$pid" 2>/dev/null; fi
}

# Data Pump's client ends by itself when its job is gone; exp is its own job.
wait_for_end "$grace"
if [ ! -f exit_code ] && is_alive; then
    end_client
    wait_for_end 5
fi
if [ ! -f exit_code ] && is_alive; then
    say state running
    exit 0
fi
forget_parameters
say state stopped
exit 0
