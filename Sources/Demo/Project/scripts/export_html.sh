#!/bin/sh
# out/report.html: the report as a page.
. scripts/lib.sh

{
    echo '<!doctype html><meta charset="utf-8"><title>Harbour orders</title><pre>'
    sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' out/report.txt
    echo '</pre>'
} | publish out/report.html
pause 1.5
log "out/report.html: $(($(wc -c <out/report.html))) bytes"
