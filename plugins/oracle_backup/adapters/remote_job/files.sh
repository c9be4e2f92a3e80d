# Tell the dump files of one export and their sizes. Read by `sh -s`; the variables folder and stem
# come before it.
set -u

if ! cd "$folder" 2>/dev/null || [ ! -r . ]; then
    say error "cannot list $folder"
    say hint "Let the SSH user read and enter that folder"
    exit 0
fi
for name in "$stem.dmp" "$stem"_*.dmp; do
    number=${name#"$stem"}
    number=${number%.dmp}
    # Nothing but a number: another generation's files begin with the same letters.
    case ${number#_} in
    *[!0-9]*) continue ;;
    '') [ -z "$number" ] || continue ;;
    esac
    [ -f "$name" ] || continue
    # shellcheck disable=SC2046
    set -- $(ls -lnd "./$name")
    say file "$5 ${folder%/}/$name"
done
exit 0
