#!/bin/sh
# Writes the statements that load the warehouse: one INSERT a table, made from the clean files.
. scripts/lib.sh

# inserts TABLE COLUMNS: CSV without a header on standard input -> one statement.
inserts() {
    awk -F, -v table="$1" -v columns="$2" '
        { row = ""
          for (i = 1; i <= NF; i++) {
              value = $i
              gsub(/\047/, "\047\047", value)
              if (value !~ /^-?[0-9]+(\.[0-9]+)?$/) value = "\047" value "\047"
              row = row (i > 1 ? ", " : "") value
          }
          printf "%s\n    (%s)", (NR > 1 ? "," : "INSERT INTO " table " (" columns ") VALUES"), row
        }
        END { if (NR) print ";" }'
}

{
    echo "-- Written by scripts/build_load.sh; running it twice changes nothing."
    for table in orders products customers rates visits clicks; do echo "DELETE FROM $table;"; done
    tail -n +2 data/products.csv | inserts products "product, name, price_eur"
    tail -n +2 data/customers.csv | inserts customers "customer, name, since"
    tail -n +2 build/rates.csv | inserts rates "currency, eur"
    inserts visits "region, day_number, visits" <build/visits.csv
    inserts clicks "store, visitor, second" <build/clicks.csv
    cat build/orders_*.csv |
        inserts orders "order_id, region, day, customer, product, quantity, currency, price_eur"
} | publish build/load.sql

for file in build/orders_*.csv; do
    log "$(printf '%-28s %4d rows' "$file" "$(wc -l <"$file")")"
    pause 0.4
done
log "build/load.sql: $(($(wc -l <build/load.sql))) lines, $(($(wc -c <build/load.sql) / 1024)) KiB"
pause 0.8
