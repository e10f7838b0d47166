/// Files with impossible needs, numbers, dates and schedules, and what is said about each.
let badGraphsAndSchedules: [BadFile] = [
    BadFile(
        "two cycles",
        #"""
        tasks:
          a: {run: x, needs: [c]}
          b: {run: x, needs: a}
          c: {run: x, needs: [b]}
          d: {run: x, needs: e}
          e: {run: x, needs: [a, d]}

        """#,
        #"""
        2:23 error: these tasks wait for each other: a → b → c → a | Remove one of these needs, \#
        for example 'c' from 'a'.
        5:22 error: these tasks wait for each other: d → e → d | Remove one of these needs, for \#
        example 'e' from 'd'.
        """#),
    BadFile(
        "unknown, misspelt and self needs",
        #"""
        tasks:
          extract: {run: x, group: in}
          load: {run: x, needs: [extrct, load, in, zzz, extract]}

        """#,
        #"""
        3:26 error: task 'load' needs 'extrct', which is no task | Write 'extract'.
        3:34 error: task 'load' needs itself | Remove it from its own needs.
        3:44 error: task 'load' needs 'zzz', which is no task | Add a task 'zzz', or remove it \#
        from the needs of 'load'.
        """#),
    BadFile(
        "bad durations",
        #"""
        tasks:
          a: {run: x, timeout: 10 minutes, retry_delay: -3}
          b: {run: x, timeout: 0, retry_delay: [1]}

        """#,
        #"""
        2:24 error: '10 minutes' is no duration | Write a number with ms, s, m, h, d or w, for \#
        example 30s, 10m or 1h30m.
        2:49 error: '-3' is no duration | Write a number with ms, s, m, h, d or w, for example \#
        30s, 10m or 1h30m.
        3:24 error: a timeout of zero ends every attempt at once | Leave 'timeout' out for \#
        none, or give a duration such as 10m.
        3:40 error: 'retry_delay' must be a duration such as 30s, 10m or 1h30m, but a list \#
        stands here | Write a duration such as 30s, 10m or 1h30m.
        """#),
    BadFile(
        "bad numbers",
        #"""
        max_active_runs: 0
        max_active_tasks: many
        tasks: {a: {run: x, retries: -1}, b: {run: x, retries: 99999999999999999999}, c: {run: \#
        x, retries: "2"}}

        """#,
        #"""
        1:18 error: 'max_active_runs' must be a whole number from 1 to 1000000, but '0' stands \#
        here | Write a whole number from 1 to 1000000.
        2:19 error: 'max_active_tasks' must be a whole number from 1 to 1000000, but 'many' \#
        stands here | Write a whole number from 1 to 1000000.
        3:30 error: 'retries' must be a whole number from 0 to 1000000, but '-1' stands here | \#
        Write a whole number from 0 to 1000000.
        3:56 error: 'retries' must be a whole number from 0 to 1000000, but \#
        '99999999999999999999' stands here | Write a whole number from 0 to 1000000.
        3:100 error: 'retries' must be a whole number from 0 to 1000000, but '2' stands here | \#
        Write a whole number from 0 to 1000000.
        """#),
    BadFile(
        "bad cron",
        #"""
        schedule: "0 6 ? * *"
        tasks: {a: {run: x}}

        """#,
        #"""
        1:16 error: '?' is no cron field | Write '*'.
        """#),
    BadFile(
        "bad cron without quotes",
        #"""
        schedule:   0 6 * *
        tasks: {a: {run: x}}

        """#,
        #"""
        1:13 error: a cron expression has five fields, not 4 | Add fields.
        """#),
    BadFile(
        "later forms of schedule",
        #"""
        schedule: {weather: [a]}
        tasks: {a: {run: x}}

        """#,
        #"""
        1:12 error: unknown key 'weather' in 'schedule' | Known here: cron, every, assets.
        """#),
    BadFile(
        "assets without their word",
        #"""
        schedule: {any: [a, b]}
        tasks: {a: {run: x}}

        """#,
        #"""
        1:12 error: 'any' stands below 'assets' | Write schedule: { assets: { any: […] } }.
        """#),
    BadFile(
        "bad forms of schedule",
        #"""
        schedule: {every: 15m, cron: "@daily"}
        every: 0.5s
        tasks: {a: {run: x}}

        """#,
        #"""
        1:12 error: 'schedule' has more than one form | Keep one of them.
        1:24 error: 'schedule' has more than one form | Keep one of them.
        2:8 error: a schedule cannot run more often than once a second | Write a longer \#
        duration, such as 15m.
        """#),
    BadFile(
        "bad intervals",
        #"""
        schedule: [{a: b}, "0 6 * *", "@daily"]
        every: 10ms
        data_interval: previus
        dst: airflw
        run_timeout: 0s
        deadline: {from: start}
        depends_on_past: maybe
        tasks: {a: {run: x, wait_for_downstream: 1}}

        """#,
        #"""
        1:12 error: 'schedule' must be a cron expression such as "0 6 * * *", but a mapping \#
        stands here | Write a cron expression such as "0 6 * * *".
        1:21 error: a cron expression has five fields, not 4 | Add fields.
        2:1 error: both 'schedule' and 'every' say when it runs | Remove one of them.
        2:8 error: a schedule cannot run more often than once a second | Write a longer \#
        duration, such as 15m.
        3:16 error: 'previus' is no data interval | Write 'previous'.
        4:6 error: unknown policy 'airflw' | Write 'airflow'.
        5:14 error: a 'run_timeout' of zero ends at once | Leave it out for none, or give a \#
        duration such as 2h.
        6:11 error: the deadline does not say how long | Add 'after: 2h', for example.
        6:18 error: a deadline is not counted from 'start' | Write queued_at or logical_date.
        7:18 error: 'depends_on_past' must be true or false, but 'maybe' stands here | Write \#
        true or false.
        8:42 error: 'wait_for_downstream' must be true or false, but '1' stands here | Write \#
        true or false.
        """#),
    BadFile(
        "empty schedules",
        #"""
        schedule: []
        deadline: {after: 2h, from: logical_dat}
        tasks: {a: {run: x}}

        """#,
        #"""
        1:11 error: 'schedule' is an empty list | Write cron expressions, or remove it.
        2:29 error: a deadline is not counted from 'logical_dat' | Write 'logical_date'.
        """#),
    BadFile(
        "bad zones",
        #"""
        timezone: Europe/Berln
        tasks: {a: {run: x}}

        """#,
        #"""
        1:11 error: unknown time zone 'Europe/Berln' | Write a name of the IANA database, such \#
        as Europe/Berlin or UTC.
        """#),
    BadFile(
        "a zone that is a path",
        #"""
        timezone: ../../etc/passwd
        tasks: {a: {run: x}}

        """#,
        #"""
        1:11 error: unknown time zone '../../etc/passwd' | Write a name of the IANA database, \#
        such as Europe/Berlin or UTC.
        """#),
    BadFile(
        "bad dates",
        #"""
        start_date: 2026-02-30
        end_date: tomorrow
        tasks: {a: {run: x}}

        """#,
        #"""
        1:13 error: '2026-02-30' is no date | Write 2026-01-31, or 2026-01-31T06:00:00+01:00.
        2:11 error: 'tomorrow' is no date | Write 2026-01-31, or 2026-01-31T06:00:00+01:00.
        """#),
    BadFile(
        "dates in the wrong order",
        #"""
        start_date: 2026-02-03
        end_date: 2026-02-01
        tasks: {a: {run: x}}

        """#,
        #"""
        2:11 error: 'end_date' lies before 'start_date' | Swap them, or remove one.
        """#),
    BadFile(
        "catchup without a start",
        #"""
        catchup: true
        tasks: {a: {run: x}}

        """#,
        #"""
        1:1 error: 'catchup: true' without a 'start_date' | Say from which date on missed runs \#
        are made: start_date: 2026-01-01.
        """#),
    BadFile(
        "yes for true",
        #"""
        catchup: yes
        tasks: {a: {run: x}}

        """#,
        #"""
        1:10 error: 'catchup' must be true or false, but 'yes' stands here | Write true or false.
        """#),
]
