#!/bin/sh
# Are all files here, and do they look as agreed?
. scripts/lib.sh

log "run ${SPILLWAY_RUN_ID:-by hand}: looking for the files of the week"
missing=0
for file in orders_hamburg orders_rotterdam orders_lisbon orders_bergen products customers rates; do
    path=data/$file.csv
    if [ -r "$path" ]; then
        sum=$(cksum <"$path" | cut -d' ' -f1)
        log "$(printf '%-22s %4d rows  crc %s' "$path" "$(rows "$path")" "$sum")"
    else
        failure "$path is missing"
        missing=$((missing + 1))
    fi
    pause 0.25
done
[ "$missing" -eq 0 ] || exit 1

for file in data/orders_*.csv; do
    header=$(head -n 1 "$file")
    if [ "$header" != order_id,day,customer,product,quantity,currency ]; then
        failure "$file: unexpected columns: $header"
        exit 1
    fi
done
log "all files are here, all headers as agreed"
