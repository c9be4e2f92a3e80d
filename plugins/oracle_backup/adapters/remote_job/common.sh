# What the other scripts share. It stands before each of them; the variable job comes before it.
dir=$HOME/.oracle-backup/jobs/$job

say() { printf '%s=%s\n' "$1" "$2"; }
boot_id() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || who -b 2>/dev/null || echo none; }
forget_parameters() { rm -f "$dir"/job.par* "$dir"/attach.par*; }

# Whether the runner lives: its process is there, and the host has not been started anew since.
is_alive() {
    [ -f "$dir/pid" ] || return 1
    # `who -b` indents its line, and read would strip that.
    { read -r pid; IFS= read -r boot; } <"$dir/pid"
    [ "$boot" = "$(boot_id)" ] && kill -0 "$pid" 2>/dev/null
}
