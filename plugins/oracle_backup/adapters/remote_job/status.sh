# Tell a job's state, then its output from a byte on. Read by `sh -s`; the variables come before it.
set -u

# The state first, the output after it: what "ended" promises is then all there.
if [ ! -d "$dir" ]; then
    say state absent
elif [ -f "$dir/exit_code" ]; then
    say state ended
    say exit_code "$(cat "$dir/exit_code")"
elif [ -f "$dir/pid" ]; then
    if is_alive; then
        say state running
    elif [ -f "$dir/exit_code" ]; then
        # It ended between the two looks.
        say state ended
        say exit_code "$(cat "$dir/exit_code")"
    else
        say state lost
    fi
elif [ -d "$dir/claim" ]; then
    say state claimed
else
    say state prepared
fi
[ -f "$dir/started" ] && say started "$(cat "$dir/started")"
[ -f "$dir/ended" ] && say ended "$(cat "$dir/ended")"
[ -f "$dir/stopped" ] && say stopped "$(cat "$dir/stopped")"
say now "$(date -u '+%Y-%m-%dT%H:%M:%SZ')"
echo output:
[ -f "$dir/output" ] && tail -c "+$((offset + 1))" "$dir/output"
exit 0
