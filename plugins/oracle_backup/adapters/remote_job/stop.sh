# Stop a job on the side of the database. Read by `sh -s`; the variables come before it.
set -u
umask 077
dir=$HOME/.oracle-backup/jobs/$job

say() { printf '%s=%s\n' "$1" "$2"; }

cd "$dir" 2>/dev/null || {
    say state absent
    exit 0
}
if [ -f exit_code ]; then
    say state ended
    exit 0
fi
echo "$why" >stopped
. ./env.sh
# Ending the client alone would leave the job running in the database.
if [ -f attach.par ]; then
    printf 'kill_job\nyes\n' | "$tool" parfile=attach.par >stop_output 2>&1
    say attach_exit_code "$?"
fi
# Data Pump's client ends by itself when its job is gone; exp is its own job.
tries=0
while [ ! -f exit_code ] && [ "$tries" -lt "$grace" ]; do
    tries=$((tries + 1))
    sleep 1
done
if [ ! -f exit_code ] && [ -f pid ]; then
    pid=$(sed -n 1p pid)
    # With setsid the runner leads a group of its own; the tool is in it.
    kill -TERM "-$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null
    rm -f job.par attach.par
fi
say state stopped
exit 0
