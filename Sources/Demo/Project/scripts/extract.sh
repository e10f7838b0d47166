#!/bin/sh
# extract.sh REGION: takes the good rows of a harbour's orders, and sets the dirty ones aside.
. scripts/lib.sh

region=$1
input=data/orders_$region.csv
total=$(rows "$input")
log "reading $input: $total rows"
pause 1

# Good rows go to standard output; the others, with the reason, to the file of rejects.
rejects=build/rejects_$region.csv
: >"$rejects.new"
awk -F, -v OFS=, -v region="$region" -v rejects="$rejects.new" '
    function reject(why) { print FNR, why, $0 >rejects; bad = 1 }
    FNR == NR { if (FNR > 1) price[$1] = $3; next }
    FNR == 1 { next }
    {
        bad = 0
        if (NF != 6) reject("six columns expected")
        else if ($3 == "") reject("no customer")
        else if ($2 !~ /^20[0-9][0-9]-[01][0-9]-[0-3][0-9]$/) reject("day is not YYYY-MM-DD")
        else if ($5 !~ /^[0-9]+$/ || $5 == 0) reject("quantity is not a positive number")
        else if (!($4 in price)) reject("unknown product " $4)
        else if ($1 in seen) reject("order " $1 " is there already")
        seen[$1] = 1
        if (!bad) print $1, region, $2, $3, $4, $5, $6, price[$4]
    }' data/products.csv "$input" | publish "build/orders_$region.csv"
mv "$rejects.new" "$rejects"

# Show the work day by day, as a slow source would deliver it.
for day in $(cut -d, -f3 "build/orders_$region.csv" | sort -u); do
    count=$(grep -c ",$day," "build/orders_$region.csv")
    log "$day  $(printf '%3d' "$count") orders"
    pause 0.6
done
while IFS=, read -r line why rest; do
    warning "line $line: $why  ->  $rest"
    pause 0.3
done <"$rejects"

good=$(wc -l <"build/orders_$region.csv")
bad=$(wc -l <"$rejects")
log "kept $((good)) rows, set $((bad)) aside in $rejects"
