# Tell a job's state, what of it lies on the host, then its output from a byte on. Read by `sh -s`;
# the variables come before it: offset, source, and folder, stem and log, which may be empty.
set -u

tell() { if [ -s "$dir/$1" ]; then say "$1" "$(cat "$dir/$1")"; fi; }
# By ls, because wc may read a dump to its end.
# shellcheck disable=SC2012
bytes_of() { ls -lnd "$@" 2>/dev/null | awk '{ sum += $5 } END { printf "%.0f", sum }'; }
free_bytes() {
    df -Pk "$1" 2>/dev/null | awk 'NR == 2 { for (i = 4; i <= NF; i++)
        if ($i ~ /^[0-9]+%$/) { printf "%.0f", $(i - 1) * 1024; exit } }'
}

# The state first, the output after it: what "ended" promises is then all there.
if [ ! -d "$dir" ]; then
    say state absent
elif [ -f "$dir/exit_code" ]; then
    say state ended
elif [ -f "$dir/pid" ]; then
    if is_alive; then
        say state running
    elif [ -f "$dir/exit_code" ]; then
        # It ended between the two looks.
        say state ended
    else
        say state lost
        # Nobody is left to remove it; with the other one the job can still be stopped.
        rm -f "$dir"/job.par*
    fi
elif [ -d "$dir/claim" ]; then
    say state claimed
else
    say state prepared
fi
tell exit_code
tell started
tell ended
tell stopped
say now "$(date -u '+%Y-%m-%dT%H:%M:%SZ')"

if [ -n "$folder" ]; then
    if [ -e "$log" ]; then say log_bytes "$(bytes_of "$log")"; fi
    # Where the folder can't be listed, no file in it means nothing.
    if cd "$folder" 2>/dev/null && [ -r . ]; then
        say dump_bytes "$(bytes_of "./$stem.dmp" "./$stem"_*.dmp)"
    fi
    free=$(free_bytes "$folder")
    if [ -n "$free" ]; then say free_bytes "$free"; fi
fi

echo output:
if [ "$source" = log ]; then output=$log; else output=$dir/output; fi
if [ -r "$output" ]; then tail -c "+$((offset + 1))" "$output"; fi
exit 0
