# What the other scripts share. It stands before each of them; the variable job comes before it.
if [ -z "${HOME:-}" ]; then
    echo 'error=the SSH user has no home directory: HOME is empty'
    exit 0
fi
dir=$HOME/.oracle-backup/jobs/$job

say() { printf '%s=%s\n' "$1" "$2"; }
boot_id() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || who -b 2>/dev/null || echo none; }
forget_parameters() { rm -f "$dir"/job.par* "$dir"/attach.par*; }

# When a process began; nothing for one that is dead, or where that can't be told.
start_time() {
    if stat=$(cat "/proc/$1/stat" 2>/dev/null); then
        # The name in parentheses may hold anything. What follows it is plain words.
        # shellcheck disable=SC2086
        set -- ${stat##*\)}
        [ "$1" = Z ] || echo "${20:-}"
    else
        LC_ALL=C TZ=UTC0 ps -o lstart= -p "$1" 2>/dev/null
    fi
}

# What tells a process from any other, of this boot or another, that has its number.
identity() { printf '%s\n%s\n%s\n' "$1" "$(boot_id)" "$(start_time "$1")"; }

# Whether the process whose identity a file holds is still there; its number is then in pid.
lives() {
    [ -f "$1" ] || return 1
    pid='' boot='' began=''
    # `who -b` indents its line, and read would strip that.
    { read -r pid; IFS= read -r boot; IFS= read -r began; } <"$1"
    [ "$boot" = "$(boot_id)" ] && kill -0 "$pid" 2>/dev/null || return 1
    [ -z "$began" ] || [ "$began" = "$(start_time "$pid")" ]
}

# The tool may outlive its runner.
is_alive() { lives "$dir/pid" || lives "$dir/tool_pid"; }
