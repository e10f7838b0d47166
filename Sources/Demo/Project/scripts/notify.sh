#!/bin/sh
# The last line of a good week. Runs whatever happened before, and says what did.
. scripts/lib.sh

rejected=$(cat build/rejects_*.csv 2>/dev/null | wc -l)
if [ -s out/report.html ]; then
    log "the harbour is open: out/report.html is ready"
else
    warning "there is no report: look for the red task"
fi
[ "$rejected" -eq 0 ] || warning "$((rejected)) dirty rows wait in build/rejects_*.csv"
pause 0.6
