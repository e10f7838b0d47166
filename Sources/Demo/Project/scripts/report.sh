#!/bin/sh
# report.sh DAY CURRENCY: the week as a picture, in the log and in out/report.txt.
. scripts/lib.sh

currency=${2:-EUR}
log "report of ${1:-today} in $currency"
pause 0.6
awk -F, -v currency="$currency" '
    FNR == NR { if (FNR > 1) rate[$1] = $2; next }
    {
        amount = $6 * $8 / rate[currency]
        sum[$2] += amount; day[$3] += amount; total += amount; orders++
    }
    END {
        printf "total;%.2f;%d\n", total, orders
        for (r in sum) printf "region;%s;%.2f;%d\n", r, sum[r], sum[r] * 40 / total + 0.5
        for (d in day) printf "day;%s;%.2f;%d\n", d, day[d], day[d] * 120 / total + 0.5
    }' build/rates.csv build/orders_*.csv | sort >build/report.new

bar() { awk -v n="$1" 'BEGIN { while (n-- > 0) printf "#" }'; }
{
    echo "Harbour orders, week of 2026-03-02"
    for kind in region day; do
        echo
        echo "Revenue by $kind, $currency"
        grep "^$kind;" build/report.new | while IFS=';' read -r _ key sum width; do
            printf '  %-11s %9.2f  %s\n' "$key" "$sum" "$(bar "$width")"
        done
    done
} | publish out/report.txt
while IFS= read -r line; do
    printf '%s\n' "$line"
    pause 0.3
done <out/report.txt
log "total $(awk -F';' '/^total/ { print $2 " '"$currency"' from " $3 " orders" }' build/report.new)"
rm -f build/report.new
