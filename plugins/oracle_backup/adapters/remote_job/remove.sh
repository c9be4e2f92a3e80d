# Remove what a backup left on the host: named files, then the job's directory. Read by `sh -s`.
# The variables and the function each_file, which calls its argument with each path, come before it.
set -u

remove_file() {
    [ -e "$1" ] || return 0
    if rm -f -- "$1"; then say removed "$1"; else say kept "$1"; fi
}

# A living job's files are not ours to remove.
if [ ! -f "$dir/exit_code" ] && is_alive; then
    say error "job $job is still running"
    say hint "Wait for its end or stop it in the database (KILL_JOB), then clear this task"
    exit 0
fi
each_file remove_file
if [ -d "$dir" ] && [ "$remove_directory" = yes ]; then
    if rm -rf -- "$dir"; then say removed "$dir"; else say kept "$dir"; fi
fi
exit 0
