# Remove the directories of jobs that ended long ago. Read by `sh -s`. The variable old, which holds
# a test of find, and the function is_kept come before it.
set -u

cd "$HOME/.oracle-backup/jobs" 2>/dev/null || exit 0
for job in OB_*; do
    if [ ! -d "$job" ] || [ -h "$job" ]; then continue; fi
    dir=$HOME/.oracle-backup/jobs/$job
    # shellcheck disable=SC2086
    if is_kept "$job" || [ -z "$(find "./$job" -prune $old)" ]; then
        say kept "$job"
    elif [ -f "$dir/exit_code" ]; then
        if rm -rf -- "$dir"; then say swept "$job"; else say kept "$job"; fi
    elif is_alive; then
        say kept "$job"
    else
        # The database may still run it.
        say lost "$job"
    fi
done
exit 0
