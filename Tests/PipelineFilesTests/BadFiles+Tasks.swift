/// Files with impossible tasks, parameters, connections and templates, and what is said about each.
let badTasks: [BadFile] = [
    BadFile(
        "bad trigger rules",
        #"""
        tasks:
          a: {run: x, trigger_rule: all_sucess}
          b: {run: x, trigger_rule: dummy}
          c: {run: x, trigger_rule: sometimes}

        """#,
        #"""
        2:29 error: unknown trigger rule 'all_sucess' | Write 'all_success'.
        3:29 error: unknown trigger rule 'dummy' | Write 'always'.
        4:29 error: unknown trigger rule 'sometimes' | The rules: all_success, all_failed, \#
        all_done, all_done_min_one_success, all_done_setup_success, all_skipped, one_success, \#
        one_failed, one_done, none_failed, none_failed_min_one_success, none_skipped, always.
        """#),
    BadFile(
        "bad task ids",
        #"""
        tasks:
          -rf: {run: x}
          --help: {run: x}
          a b: {run: x}
          ../x: {run: x}
          "": {run: x}
          "\e[2J": {run: x}
          ..: {run: x}
          .hidden: {run: x}

        """#,
        #"""
        2:3 error: task id '-rf' looks like an option | Write 'rf': a task id does not \#
        start with '-'.
        3:3 error: task id '--help' looks like an option | Write 'help': a task id does not start \#
        with '-'.
        4:3 error: 'a b' cannot name a task | Use letters, digits, '_', '-' and '.', \#
        and no '-' in front.
        5:3 error: '../x' cannot name a task | Use letters, digits, '_', '-' and '.', \#
        and no '-' in front.
        6:3 error: '' cannot name a task | Use letters, digits, '_', '-' and '.', \#
        and no '-' in front.
        7:3 error: '\x1b[2J' cannot name a task | Use letters, digits, '_', '-' and '.', \#
        and no '-' in front.
        8:3 error: '..' cannot name a task | Use letters, digits, '_', '-' and '.', \#
        and no '-' in front.
        """#),
    BadFile(
        "a very long id",
        #"""
        tasks: {ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää\#
        ääääääääääääääääääääääääääääääääääääääääääääääääääää: {run: x}}

        """#,
        #"""
        1:9 error: this task id is longer than 250 bytes | Shorten it.
        """#),
    BadFile(
        "bad pipeline names",
        #"""
        name: ../etc
        tasks: {a: {run: x}}

        """#,
        #"""
        1:7 error: '../etc' cannot name a pipeline | Use letters, digits, '_', '-' and '.', \#
        and no '-' in front; at most 200 bytes.
        """#),
    BadFile(
        "run and sql",
        #"""
        connections: {w: "sqlite:w.db"}
        tasks:
          a: {run: x, sql: y, connection: w}
          b: {needs: a}
          c:
          d: echo hi
          e: [run]

        """#,
        #"""
        3:15 error: task 'a' has both 'run' and 'sql' | Make two tasks of it.
        4:3 error: task 'b' does not say what it does | Add one of: run: COMMAND, sql: \#
        FILE.sql, transform: build, check: SUITE.yml …
        5:5 error: task 'c' must be a mapping, but nothing stands here | Say what it does: run: \#
        COMMAND, sql: FILE.sql, transform: build, check: SUITE.yml …
        6:6 error: task 'd' must be a mapping, but 'echo hi' stands here | Write { run: COMMAND }.
        7:6 error: task 'e' must be a mapping, but a list stands here | Say what it does: run: \#
        COMMAND, sql: FILE.sql, transform: build, check: SUITE.yml …
        """#),
    BadFile(
        "empty commands",
        #"""
        tasks: {a: {run: }, b: {run: "  "}, c: {run: [ls, -l]}}

        """#,
        #"""
        1:18 error: 'run' must be a command, but nothing stands here | Write a command.
        1:30 error: 'run' is empty | Write a command.
        1:46 error: 'run' must be a command, but a list stands here | Write a command.
        """#),
    BadFile(
        "bad connections",
        #"""
        connections: {ware house: "sqlite:w.db", pg: "oracle+db://h", e: "sqlite:", n: 5}
        tasks: {a: {sql: x, connection: whouse}, b: {sql: x}, c: {run: x, connection: pg}, d: \#
        {sql: x, connection: p}}

        """#,
        #"""
        1:15 error: 'ware house' cannot name a connection | Use letters, digits, '_', '-' and \#
        '.', and no '-' in front.
        1:46 error: not supported yet: a connection to 'oracle+db://h' | Write sqlite:PATH, \#
        duckdb:PATH or postgresql://HOST/DATABASE.
        1:66 error: the connection names no file | Write a database such as sqlite:warehouse.db or \#
        postgresql://host/shop.
        1:80 error: not supported yet: a connection to '5' | Write sqlite:PATH, duckdb:PATH or \#
        postgresql://HOST/DATABASE.
        2:33 error: unknown connection 'whouse' | Add it: connections: { whouse: \#
        sqlite:warehouse.db }.
        2:46 error: an 'sql' task needs a 'connection' | Add connection: NAME, with the name \#
        under 'connections'.
        2:67 error: 'connection' means nothing for a 'run' task | Remove it, or write 'sql' \#
        or 'check' instead.
        2:108 error: unknown connection 'p' | Write 'pg', or add it under 'connections'.
        """#),
    BadFile(
        "bad params",
        #"""
        params:
          a: {type: int, default: 1}
          b: {type: integer, default: x}
          c: {type: string, enum: [eu, us], default: ue}
          d: {type: integer, enum: [1, two]}
          e: [1]
          f-g: 1
          h: {defalt: 1}
          i: {type: boolean, default: 1}
          j: {enum: []}
          k: {type: number, default: inf}
        tasks: {a: {run: x}}

        """#,
        #"""
        2:13 error: unknown parameter type 'int' | Write 'integer'.
        3:31 error: 'default' of parameter 'b' must be of type integer, but 'x' stands here | \#
        Write a value of that type, or change 'type'.
        4:46 error: default 'ue' of parameter 'c' is not in its enum | Write 'eu', or add the \#
        value to 'enum'.
        5:32 error: 'enum' of parameter 'd' must be of type integer, but 'two' stands here | \#
        Write a value of that type, or change 'type'.
        6:6 error: 'e' must be a default value or { type, default, enum, description }, but a \#
        list stands here | Write a default value or { type, default, enum, description }.
        7:3 error: 'f-g' cannot name a parameter | Use letters, digits and '_', not starting \#
        with a digit.
        8:7 error: unknown key 'defalt' in parameter 'h' | Write 'default'.
        9:31 error: 'default' of parameter 'i' must be of type boolean, but '1' stands here | \#
        Write a value of that type, or change 'type'.
        10:13 error: 'enum' must be a list of values, but an empty list stands here | Write a \#
        list of values.
        11:30 error: 'default' of parameter 'k' must be of type number, but 'inf' stands here | \#
        Write a value of that type, or change 'type'.
        """#),
    BadFile(
        "undefined template names",
        #"""
        params: {region: eu}
        env: {D: "{{ dss }}"}
        connections: {w: "sqlite:{{ params.regon }}.db"}
        defaults: {cwd: 'it''s {{ xs }}'}
        tasks:
          a:
            run: |
              set -e
                echo {{ run_idd }} {{ ds }} {{ params.zone }}
          b:
            run: >
              one
              two {{ tz }}
          c: {sql: "select\t'{{ execution_date }}'", connection: w}

        """#,
        #"""
        2:14 error: unknown name 'dss' in a template | Write 'ds'.
        3:36 error: unknown parameter 'regon' in a template | Write 'region'.
        4:27 error: unknown name 'xs' in a template | Write 'ds'.
        9:17 error: unknown name 'run_idd' in a template | Write 'run_id'.
        9:47 error: unknown parameter 'zone' in a template | Known here: region.
        11:10 error: unknown name 'tz' in a template (line 1, column 12 of the template) | \#
        Write 'ts'.
        14:25 error: 'execution_date' is not supported | Airflow 3 has no execution_date: write \#
        logical_date.
        """#),
    BadFile(
        "template syntax",
        #"""
        tasks:
          a: {run: "{{ ds"}
          b: {run: "{% if x %}y{% endif %}"}
          c: {run: "${#list} {{ }}"}
          d: {run: "{{ ds + 1 }} {{ ds | uper }} {{ ds | ds }} {{ macros.ds_ad(ds, 1) }} {{ \#
        macros.ds_add(ds) }}"}
          e: {run: "{{ 'x }}"}
          f: {run: "{{ logical_date.strftime('%Q') }} {{ ds.year }} {{ logical_date.yaer }} {{ \#
        params }} {{ ti.x }}"}

        """#,
        #"""
        2:13 error: '{{' is never closed | Close it with '}}'; for the characters themselves \#
        write {{ "{{" }}.
        3:13 error: '{% … %}' statements are not supported | Use {{ … }} only; for the \#
        characters themselves write {{ "{%" }}.
        3:24 error: '{% … %}' statements are not supported | Use {{ … }} only; for the \#
        characters themselves write {{ "{%" }}.
        4:14 error: the comment '{#' is never closed | Close it with '#}'; for the characters \#
        themselves write {{ "{#" }}.
        4:25 error: nothing stands between '{{' and '}}' | Write a name such as ds, or {{ "{{" \#
        }} for the characters themselves.
        5:19 error: '+' is not supported in a template | A template holds names, calls, filters \#
        and literals only.
        5:34 error: unknown filter 'uper' in a template | Write 'upper'.
        5:50 error: the filter 'ds' wants a date and time, not text | Use it on logical_date, \#
        data_interval_start or data_interval_end.
        5:66 error: unknown macro 'ds_ad' in a template | Write 'ds_add'.
        5:92 error: 'ds_add' takes 2 arguments | Write macros.ds_add(ds, -7).
        6:16 error: this quote is never closed | Close it.
        7:38 error: strftime does not know '%Q' | It knows % with one of aAbBdHIjmMpSuwyYFTfzZ%.
        7:52 error: text has no members | Remove what follows the '.'.
        7:77 error: unknown member of a date 'yaer' in a template | Write 'year'.
        7:94 error: 'params' needs a name after it | Write for example params.region.
        7:101 error: unknown name 'ti.x' in a template | Known here: ti.task_id, ti.dag_id, \#
        ti.run_id, ti.try_number, ti.map_index.
        """#),
    BadFile(
        "bad variable names",
        #"""
        env: {A-B: x, "1": y, C: [z]}
        tasks: {a: {run: x}}

        """#,
        #"""
        1:7 error: 'A-B' cannot name an environment variable | Use letters, digits and '_', not \#
        starting with a digit.
        1:15 error: '1' cannot name an environment variable | Use letters, digits and '_', not \#
        starting with a digit.
        1:26 error: 'C' must be a text, but a list stands here | Write a text.
        """#),
    BadFile(
        "bad needs",
        #"""
        tasks: {a: {run: x, needs: {b: c}}, b: {run: x, needs: [[a]]}, c: {run: x, needs: [a, \#
        a, zz]}}

        """#,
        #"""
        1:28 error: 'needs' must be a task's id or a list of them, but a mapping stands here | \#
        Write a task's id or a list of them.
        1:57 error: 'needs' must be a task's id or a list of them, but a list stands here | \#
        Write a task's id or a list of them.
        1:87 warning: 'a' is needed twice | Remove one of them.
        1:90 error: task 'c' needs 'zz', which is no task | Add a task 'zz', or remove it from \#
        the needs of 'c'.
        """#),
    BadFile(
        "keys of later versions",
        #"""
        x-note: hm
        defaults: {run_timeout: 1h}
        tasks:
          a: {run: x, on_execute: y}
          b: {run: x, limits: {memory: 2x, cpu_time: 0s, nice: 20, disk: 1g}}

        """#,
        #"""
        2:12 error: unknown key 'run_timeout' in defaults | It belongs to the pipeline: write it at \#
        the top of the file.
        4:15 error: not supported yet: 'on_execute' | Remove it: this version would run the \#
        pipeline without it.
        5:32 error: '2x' is no amount of memory | Write a number with k, m, g or t behind it, \#
        for example 512m or 2g.
        5:46 error: no attempt gets along without any processor time | Leave 'cpu_time' out for no \#
        limit, or give a duration such as 10m.
        5:56 error: 'nice' must be a whole number from 0 to 19, but '20' stands here | Write a whole \#
        number from 0 to 19.
        5:60 error: unknown key 'disk' in 'limits' | Known here: memory, cpu_time, nice.
        """#),
    BadFile(
        "waits, branches and runs of other pipelines that make no sense",
        #"""
        tasks:
          a: {wait: {}}
          b: {wait: {file: x, http: "ftp://h"}, poke_interval: 1ms}
          c: {wait: {sql: "select 1"}, retries: 2}
          d: {pipeline: flow, soft_fail: true}
          e: {branch: x, map: [1, 2]}
          f: {run: x, max_active: 4, fails_run: true}
          g: {run: x, map: {from: nix.items}}
          h: {run: x, map: {from: h}}
          i: {run: x, teardown: [a]}
          j: {run: x, retry_backoff: 0, retry_jitter: 2, weight_rule: down, pool_slots: 200}
          k: {run: x, on_failure: {webhook: "mailto:x", tost: y}, secrets: ["a-b"]}
          l: {wait: {file: x}, map: [1], max_active: 2}
          m: {run: x, skip_exit_code: [300], fail_exit_code: none}

        """#,
        #"""
        2:7 error: 'wait' does not say what for | Write for example wait: { file: "in/{{ ds \#
        }}.csv" }.
        3:23 error: 'wait' names both 'file' and 'http' | Make two tasks of it.
        3:56 error: a 'poke_interval' below 100ms would do nothing but look | Write 1s or more.
        4:14 error: a wait for 'sql' needs a 'connection' | Add connection: NAME, with the name \#
        under 'connections'.
        5:17 error: this pipeline would run itself without end | Name another pipeline.
        5:23 error: 'soft_fail' means nothing for a 'pipeline' task | Remove it; it goes with \#
        'wait'.
        6:3 error: a task that decides what goes on cannot have 'map' | Map over what follows \#
        instead.
        6:7 warning: task 'e' decides nothing: no task needs it | Add it to the needs of the tasks \#
        that it decides about.
        7:15 error: 'max_active' means nothing for a task without 'map' | Remove it, or use a \#
        pool.
        7:30 error: 'fails_run' means nothing for a task that is no teardown | Remove it: every \#
        other task fails its run.
        8:27 error: 'map' takes its items from 'nix.items', which is no task | Write { from: \#
        TASK.KEY } with a task of this file.
        9:27 error: a task cannot take its items from itself | Name a task that it needs.
        10:26 error: 'a' is no setup to be taken down | Add 'setup: true' to it.
        11:3 error: task 'j' takes 200 slots of pool 'default_pool', which has 128 | Take fewer, \#
        or give the pool more in spillway.yml.
        11:30 error: 'retry_backoff' must be a factor above 0, or true for 2, but '0' stands here \#
        | Write a factor above 0, or true for 2.
        11:47 error: 'retry_jitter' must be a share from 0 to 1, but '2' stands here | Write a \#
        share from 0 to 1.
        11:63 error: unknown weight rule 'down' | The rules: downstream, upstream, absolute.
        12:37 error: 'mailto:x' is no URL for a webhook | Begin it with http:// or https://.
        12:49 error: unknown key 'tost' in 'on_failure' | Write 'toast'.
        12:69 error: 'a-b' cannot name an environment variable | Use letters, digits and '_', not \#
        starting with a digit.
        13:34 error: 'max_active' means nothing for tasks that take no slot | Remove it.
        14:32 error: 'skip_exit_code' must be a whole number from 1 to 255, but '300' stands here \#
        | Write a whole number from 1 to 255.
        """#),
    BadFile(
        "a generator that is none",
        #"""
        generate: ./make.py
        generate_timeout: 0s
        tasks: {a: {run: x}}

        """#,
        #"""
        2:19 error: a 'generate_timeout' of zero leaves no time at all | Write 10s or more.
        3:1 error: 'tasks' cannot stand beside 'generate' | Have the command write it: its output \#
        is the whole pipeline.
        """#),
    BadFile(
        "kinds of tasks that say too little or too much",
        #"""
        connections: {w: "sqlite:w.db"}
        tasks:
          a: {transform: "bild --select x", csv: y}
          b: {check: s.yml, csv: x.csv, connection: w}
          c: {check: s.yml, connection: ww, project_dir: p}
          d: {spark: {master: local, conf: {shuffle: 1}, jar: x}}
          e: {spark: a.py, run: x}
          f: {check: }
          g: {transform: build, project_dir: "{{ nix }}"}

        """#,
        #"""
        3:18 error: 'bild' is no command of 'transform' | Write 'build'.
        3:37 error: 'csv' means nothing for a 'transform' task | Remove it; it goes with 'check'.
        4:33 error: a check looks at a 'csv' or at a 'connection', not at both | Remove one of \#
        them.
        5:33 error: unknown connection 'ww' | Write 'w', or add it under 'connections'.
        5:37 error: 'project_dir' means nothing for a 'check' task | Remove it; it goes with \#
        'transform'.
        6:7 error: this 'spark' task names no application | Add it: spark: { app: \#
        jobs/features.py }.
        6:37 error: 'shuffle' is no setting of Spark | Its settings begin with 'spark.'.
        6:50 error: unknown key 'jar' in 'spark' | Write 'jars'.
        7:20 error: task 'e' has both 'spark' and 'run' | Make two tasks of it.
        8:14 error: 'check' must be the file of a suite, such as checks/orders.yml, but nothing \#
        stands here | Write the file of a suite, such as checks/orders.yml.
        9:42 error: unknown name 'nix' in a template | Known here, among others: ds, ds_nodash, \#
        ds_local, ts, logical_date, data_interval_start, data_interval_end, run_id, params.NAME, \#
        outputs.TASK.KEY, item, ti.try_number, dag_run.conf, macros.ds_add(ds, -7).
        """#),
    BadFile(
        "bad merges",
        #"""
        x-a: &a [1]
        tasks: {a: {<<: *a, run: x}, b: {<<: 5, run: x}}

        """#,
        #"""
        1:10 error: '<<' must be a mapping, but '1' stands here | Write a mapping.
        2:38 error: '<<' must be a mapping, but '5' stands here | Write a mapping.
        """#),
]
