/// Files whose templates, groups and decisions come to nothing, and what is said about each.
let badReferences: [BadFile] = [
    BadFile(
        "templates that show what is not there",
        #"""
        env: {ALL: "{{ outputs.zz.k }}"}
        on_failure: "echo {{ outputs.gone }}"
        tasks:
          load-eu: {run: x, on_success: "echo {{ outputs['load-eu'].rows }}"}
          a: {run: "echo {{ outputs.load_eu.rows }}", needs: load-eu}
          b: {run: "{{ ti.xcom_pull('aa') }} {{ item }} {{ item.id | default('-') }}", needs: a}
          c: {run: "{{ outputs.c.k }} {{ outputs.b.k }} {{ outputs['load-eu'] }}", needs: a}
          d:
            needs: c
            map: [1, 2]
            run: |
              echo {{ item }} {{ map_index }}
              echo {{ outputs.a.x }} {{ outputs.e }}
          e: {run: "echo {{ map_index }} {{ item or ds }}"}

        """#,
        #"""
        1:16 error: this shows an output of 'zz', which is no task | Name a task of this file: \#
        outputs.TASK.KEY.
        2:22 error: this shows an output of 'gone', which is no task | Name a task of this file: \#
        outputs.TASK.KEY.
        5:21 error: this shows an output of 'load_eu', which is no task | Write \#
        outputs['load-eu'].
        6:16 error: this shows an output of 'aa', which is no task | Write outputs.a.
        6:41 error: task 'b' is made for no item: it has no 'map' | Add 'map' to it, or remove \#
        'item'.
        7:16 error: task 'c' shows an output of its own before it is written | Take it from a task \#
        that it needs.
        7:34 warning: task 'c' may run before 'b' has written its outputs | Add 'b' to the needs \#
        of 'c'.
        13:33 warning: task 'd' may run before 'e' has written its outputs | Add 'e' to the needs \#
        of 'd'.
        """#),
    BadFile(
        "decisions about nothing",
        #"""
        tasks:
          a: {branch: "echo b"}
          b: {run: x}
          c: {short_circuit: x, needs: b}
          d: {branch: "echo e"}
          e: {run: x, needs: d, neds: b}

        """#,
        #"""
        2:7 warning: task 'a' decides nothing: no task needs it | Add it to the needs of the tasks \#
        that it decides about.
        4:7 warning: task 'c' decides nothing: no task needs it | Add it to the needs of the tasks \#
        that it decides about.
        6:25 error: unknown key 'neds' in task 'e' | Write 'needs'.
        """#),
    BadFile(
        "groups whose names mean two things, or nothing",
        #"""
        groups: {a..b: {}, "": {}}
        tasks:
          q: {run: x}
          ad: {run: x, group: q}
          x: {run: x, group: ad}
          y: {run: x, group: q.z, needs: q}
          z: {run: x, group: .a, needs: q}
          w: {run: x, needs: [q, ad, x, y]}

        """#,
        #"""
        1:10 error: 'a..b' names a group without a name between its dots | Write 'a.b' for group \#
        'b' in group 'a'.
        1:10 warning: group 'a..b' has no tasks | Remove it, or put tasks into it by 'group: a..b'.
        1:20 error: '' cannot name a group | Use letters, digits, '_', '-' and '.', and no '-' in \#
        front.
        7:22 error: '.a' names a group without a name between its dots | Write 'a.b' for group \#
        'b' in group 'a'.
        7:33 warning: 'q' is a task and a group: the task alone is needed | Give the group another \#
        name to need all of it, or the task one to be plain.
        """#),
    BadFile(
        "teardowns of nothing",
        #"""
        tasks:
          make: {run: x, setup: true}
          w: {run: x, needs: make}
          s: {run: x, needs: w, teardown: maek}
          t: {run: x, needs: w, teardown: zzz}

        """#,
        #"""
        4:35 error: this takes down 'maek', which is no task | Write 'make'.
        5:35 error: this takes down 'zzz', which is no task | Name tasks with 'setup: true', or \#
        write 'teardown: true'.
        """#),
]

/// Keys as other schedulers have them, and what is said about each.
let foreignKeys: [BadFile] = [
    BadFile(
        "keys of other schedulers in a task",
        #"""
        tasks:
          a:
            bash_command: x
            depends_on: b
            dependsOn: b
            execution_timeout: 1h
            retry_exponential_backoff: true
            max_retry_delay: 1h
            working-directory: /tmp
            image: debian
            sla: 1h
            deadline: 1h
            steps: []
            qwxyz: 1
          b: {run: x}

        """#,
        #"""
        2:3 error: task 'a' does not say what it does | Add one of: run: COMMAND, sql: FILE.sql, \#
        transform: build, check: SUITE.yml …
        3:5 error: unknown key 'bash_command' in task 'a' | Write 'run'.
        4:5 error: unknown key 'depends_on' in task 'a' | Write 'needs'.
        5:5 error: unknown key 'dependsOn' in task 'a' | Write 'needs'.
        6:5 error: unknown key 'execution_timeout' in task 'a' | Write 'timeout'.
        7:5 error: unknown key 'retry_exponential_backoff' in task 'a' | Write retry_backoff: \#
        true, or a factor.
        8:5 error: unknown key 'max_retry_delay' in task 'a' | Write 'retry_max_delay'.
        9:5 error: unknown key 'working-directory' in task 'a' | Write 'cwd'.
        10:5 error: unknown key 'image' in task 'a' | Containers are run by a command: run: docker \#
        run --rm IMAGE COMMAND.
        11:5 error: unknown key 'sla' in task 'a' | Write 'deadline' at the top of the file: it is \#
        for the whole run.
        12:5 error: unknown key 'deadline' in task 'a' | It belongs to the pipeline: write it at \#
        the top of the file.
        13:5 error: unknown key 'steps' in task 'a' | Write each step as a task of its own, with \#
        'needs'.
        14:5 error: unknown key 'qwxyz' in task 'a' | Known here: run, sql, transform, check, \#
        spark, wait, pipeline, branch, short_circuit, connection, project_dir, engine and 41 \#
        others.
        """#),
    BadFile(
        "keys of other schedulers and of tasks at the top",
        #"""
        dag_id: x
        schedule_interval: "@daily"
        default_args: {retries: 1}
        interval: 15m
        limits: {memory: 1g}
        retries: 3
        needs: x
        jobs: {}
        tasks: {a: {run: x}}

        """#,
        #"""
        1:1 error: unknown key 'dag_id' in the pipeline | Write 'name'.
        2:1 error: unknown key 'schedule_interval' in the pipeline | Write 'schedule'.
        3:1 error: unknown key 'default_args' in the pipeline | Write 'defaults'.
        4:1 error: unknown key 'interval' in the pipeline | Write data_interval: \#
        previous, or every: 15m for the schedule.
        5:1 error: unknown key 'limits' in the pipeline | Write it in a task, or for all of them: \#
        defaults: { limits: … }.
        6:1 error: unknown key 'retries' in the pipeline | Write it in a task, or for all of them: \#
        defaults: { retries: … }.
        7:1 error: unknown key 'needs' in the pipeline | It belongs to a task: write it there.
        8:1 error: unknown key 'jobs' in the pipeline | Write 'tasks'.
        """#),
]
