# Start a job at most once, however often this runs. Read by `sh -s`; the variable job and the
# function write_files come before it.
set -u
umask 077
base=$HOME/.oracle-backup/jobs

if ! { mkdir -p "$base" && chmod 700 "$HOME/.oracle-backup" "$base"; }; then
    say error "cannot make $base"
    exit 0
fi
# Making the directory is the lock: of two starts one makes it, the other finds it.
if mkdir "$dir" 2>/dev/null; then
    say created yes
elif [ -d "$dir" ]; then
    say created no
else
    say error "cannot make $dir"
    exit 0
fi
say directory "$dir"
# Claimed by a runner: it lives, or it has lived. The status tells which.
[ -d "$dir/claim" ] && exit 0

if ! write_files "$dir"; then
    # The runner of another start may just have ended, and cleared away what we wrote.
    [ -d "$dir/claim" ] && exit 0
    rm -f "$dir"/*."$$"
    forget_parameters 2>/dev/null
    say error "cannot write into $dir"
    exit 0
fi
# A session of its own, so that no hang-up reaches it when this connection ends.
if command -v setsid >/dev/null 2>&1; then
    setsid sh "$dir/run.sh" </dev/null >/dev/null 2>&1 &
else
    nohup sh "$dir/run.sh" </dev/null >/dev/null 2>&1 &
fi
# The runner claims the directory at once; waiting for that makes the first status true.
has_begun() { [ -f "$dir/pid" ] || [ -f "$dir/exit_code" ]; }
# A runner that can't begin takes the parameters and the claim away.
has_failed() { [ ! -f "$dir/job.par" ] && [ ! -d "$dir/claim" ] && ! has_begun; }
tries=0
while ! has_begun && ! has_failed && [ "$tries" -lt 50 ]; do
    tries=$((tries + 1))
    sleep 0.1 2>/dev/null || sleep 1
done
if has_failed; then
    say error "cannot write into $dir, so the job has not begun"
fi
exit 0
