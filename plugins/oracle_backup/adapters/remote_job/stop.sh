# Stop a job on the side of the database. Read by `sh -s`; the variables come before it.
set -u
umask 077

cd "$dir" 2>/dev/null || {
    say state absent
    exit 0
}
if [ -f exit_code ]; then
    say state ended
    exit 0
fi
printf '%s\n' "$why" >stopped
# Not begun yet: whoever holds the claim keeps every runner from beginning.
if mkdir claim 2>/dev/null; then
    forget_parameters
    say state stopped
    exit 0
fi
# Ending the client alone would leave the job running in the database.
if [ -f attach.par ]; then
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

# Data Pump's client ends by itself when its job is gone; exp is its own job.
wait_for_end "$grace"
# A process of that number may be anybody's after a reboot: only a living runner's is ours.
if [ ! -f exit_code ] && is_alive; then
    # With setsid the runner leads a group of its own, and the tool is in it.
    kill -TERM "-$pid" 2>/dev/null || kill -TERM "$(cat tool_pid)" 2>/dev/null
    wait_for_end 5
fi
if [ ! -f exit_code ] && is_alive; then
    say state running
    exit 0
fi
forget_parameters
say state stopped
exit 0
