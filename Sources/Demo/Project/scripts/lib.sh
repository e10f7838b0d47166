# What the steps share: log lines, pauses, and files that appear whole or not at all.
set -eu

task=${SPILLWAY_TASK:-by-hand}
attempt=${SPILLWAY_ATTEMPT:-1}
mkdir -p build out

if [ -n "${NO_COLOR:-}" ]; then
    plain='' info='' warn='' error='' faint=''
else
    plain=$(printf '\033[0m') info=$(printf '\033[32m') warn=$(printf '\033[33m')
    error=$(printf '\033[1;31m') faint=$(printf '\033[2m')
fi

say() { # level, colour, words
    printf '%s%s%s %s%-5s%s %s\n' "$faint" "$(date -u +%H:%M:%S)" "$plain" "$2" "$1" "$plain" "$3"
}
log() { say INFO "$info" "$*"; }
warning() { say WARN "$warn" "$*"; }
failure() { say ERROR "$error" "$*" >&2; }

# pause SECONDS: so that there is something to watch; PACE=0 leaves all pauses out.
pause() {
    seconds=$(awk -v s="$1" -v p="${PACE:-1}" 'BEGIN { print s * p }')
    case $seconds in 0 | -*) return 0 ;; esac
    sleep "$seconds" 2>/dev/null || sleep 1
}

# publish FILE: writes standard input to FILE in one step, so a stopped run leaves no half of it.
publish() {
    cat >"$1.part.$$"
    mv "$1.part.$$" "$1"
}

rows() { awk 'END { print NR - 1 }' "$1"; } # without the header
