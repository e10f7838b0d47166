#!/bin/sh
# freshness.sh PATH HOURS: fails where a file is missing, warns where it is older than that.
. scripts/lib.sh

if [ ! -e "$1" ]; then
    failure "$1 does not exist yet: run harbour_orders first"
    exit 1
fi
if [ -n "$(find "$1" -mmin "+$(($2 * 60))")" ]; then
    warning "$1 is older than $2 hours"
else
    log "$1 is fresh"
fi
pause 0.5
