#!/bin/sh
# Turns a week of clicks into visits. This is the slow step, and it says why.
. scripts/lib.sh

parts=8
log "making the click log of the week"
awk 'BEGIN {
    # The minimal standard generator of Park and Miller: the same clicks in every run.
    x = 42
    split("hamburg rotterdam lisbon bergen", town, " ")
    for (i = 0; i < 90000; i++) {
        x = (x * 16807) % 2147483647; store = x % 100 < 81 ? "hamburg" : town[1 + x % 4]
        x = (x * 16807) % 2147483647; visitor = x % (store == "hamburg" ? 4000 : 900)
        x = (x * 16807) % 2147483647; second = x % 604800
        printf "%s,%s-%04d,%06d\n", store, substr(store, 1, 2), visitor, second
    }
}' | publish build/clicks.csv
total=$(wc -l <build/clicks.csv)
log "$((total)) clicks; partitioning by store into $parts parts"
pause 0.8

rm -f build/clicks_part_*
awk -F, -v parts=$parts 'BEGIN { split("hamburg lisbon rotterdam bergen", town, " ")
        for (n in town) slot[town[n]] = (n * 5) % parts }
    { print > ("build/clicks_part_" slot[$1]) }' build/clicks.csv

# spill_and_merge FILE ROWS: sorts a part that is too large for one go, ROWS rows at a time.
spill_and_merge() {
    rm -f build/clicks_run_*
    split -l "$2" "$1" build/clicks_run_
    spills=0
    for run in build/clicks_run_*; do
        spills=$((spills + 1))
        sort -t, -k2,2 -k3,3n -o "$run" "$run"
        log "part $number/$parts: spill $spills, $(($(wc -c <"$run") / 1024)) KiB; 1 worker busy, $((parts - 1)) idle"
        pause 2.4
    done
    sort -m -t, -k2,2 -k3,3n build/clicks_run_* >build/clicks_sorted
    rm -f build/clicks_run_*
}

started=$(date +%s)
largest=0 slowest=0 name=none
: >build/visits.new
number=0
while [ "$number" -lt "$parts" ]; do
    part=build/clicks_part_$number
    number=$((number + 1))
    [ -e "$part" ] || { log "part $number/$parts: empty"; continue; }
    count=$(wc -l <"$part")
    share=$((count * 100 / total))
    begun=$(date +%s)
    if [ "$share" -ge 50 ]; then
        name=$(head -n 1 "$part" | cut -d, -f1)
        warning "part $number/$parts: $((count)) rows, $share % of all: skewed key store=$name"
        spill_and_merge "$part" $((count / 5 + 1))
    else
        log "part $number/$parts: $((count)) rows, $share % of all"
        pause 0.5
        sort -t, -k2,2 -k3,3n "$part" >build/clicks_sorted
    fi
    # A visit ends after 30 minutes without a click.
    awk -F, -v OFS=, '
        $2 != visitor || $3 - last > 1800 { visits[$1 "," int($3 / 86400)]++ }
        { visitor = $2; last = $3 }
        END { for (key in visits) print key, visits[key] }' build/clicks_sorted >>build/visits.new
    took=$(($(date +%s) - begun))
    if [ "$count" -gt "$largest" ]; then largest=$count slowest=$took; fi
done
sort -t, -k1,1 -k2,2n build/visits.new | publish build/visits.csv
rm -f build/visits.new build/clicks_part_* build/clicks_sorted

all=$(($(date +%s) - started))
log "$(awk -F, '{ n += $3 } END { print n }' build/visits.csv) visits in $all s"
if [ "$largest" -gt $((total / 2)) ]; then
    warning "one part took $slowest s of $all s: key 'store' is skewed ($name has $((largest * 100 / total)) %)"
    even=$(awk -F, -v parts=$parts '{ rows[substr($2, 4) % parts]++ }
        END { for (n in rows) if (rows[n] > most) most = rows[n]; print int(most * 100 / NR) + 1 }
        ' build/clicks.csv)
    log "hint: partitioned by visitor, the largest part would have $even % of the rows"
fi
