#!/bin/sh
# Exchange rates from a service. There is no network in this project: the script plays a service
# that is overloaded when it is asked first, which is why the task has retries.
. scripts/lib.sh

log "GET /v1/rates?base=EUR (attempt $attempt)"
pause 1.2
if [ "$attempt" -eq 1 ]; then
    warning "no answer after 1.2 s, waiting"
    pause 1.2
    failure "503 Service Unavailable: {\"error\":\"overloaded\",\"retry_after\":4}"
    failure "giving up; the scheduler will try again"
    exit 22
fi
log "200 OK, $(rows data/rates.csv) rates"
publish build/rates.csv <data/rates.csv
awk -F, 'NR > 1 { printf "         1 %s = %.4f EUR\n", $1, $2 }' build/rates.csv
pause 0.8
log "rates are from today"
