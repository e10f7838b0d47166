/// Files that are wrong as YAML, or in their keys, and what is said about each.
let badSyntax: [BadFile] = [
    BadFile(
        "an empty file",
        #"""
        # nothing

        """#,
        #"""
        1:1 error: this file is empty | Write at least 'tasks:' with one task.
        """#),
    BadFile(
        "a list instead of a mapping",
        #"""
        - a

        """#,
        #"""
        1:1 error: 'the pipeline' must be a mapping, but a list stands here | Write a mapping.
        """#),
    BadFile(
        "no tasks",
        #"""
        name: x

        """#,
        #"""
        1:1 error: 'tasks' is missing | Add it: tasks: { hello: { run: "echo hello" } }.
        """#),
    BadFile(
        "no task at all",
        #"""
        tasks: {}

        """#,
        #"""
        1:8 error: 'tasks' is empty | Add at least one task.
        """#),
    BadFile(
        "a list of tasks",
        #"""
        tasks:
          - a
          - b

        """#,
        #"""
        2:3 error: 'tasks' must be a mapping, but a list stands here | Write a mapping.
        """#),
    BadFile(
        "an unknown key at the top",
        #"""
        tasks: {a: {run: x}}
        schedul: "@daily"

        """#,
        #"""
        2:1 error: unknown key 'schedul' in the pipeline | Write 'schedule'.
        """#),
    BadFile(
        "an unknown key that resembles nothing",
        #"""
        zebra: 1
        tasks: {a: {run: x}}

        """#,
        #"""
        1:1 error: unknown key 'zebra' in the pipeline | Known here: name, description, \#
        schedule, every, timezone, dst, start_date, end_date, catchup, data_interval, \#
        run_timeout, deadline and 16 others.
        """#),
    BadFile(
        "an unknown key of a task",
        #"""
        tasks:
          a:
            run: x
            retires: 3

        """#,
        #"""
        4:5 error: unknown key 'retires' in task 'a' | Write 'retries'.
        """#),
    BadFile(
        "an unknown key of defaults",
        #"""
        defaults: {retry_dealy: 3s}
        tasks: {a: {run: x}}

        """#,
        #"""
        1:12 error: unknown key 'retry_dealy' in defaults | Write 'retry_delay'.
        """#),
    BadFile(
        "a duplicate key",
        #"""
        name: a
        tasks: {a: {run: x}}
        name: b

        """#,
        #"""
        3:1 error: duplicate key 'name' | It stands on line 1, column 1 already: remove one of \#
        the two.
        """#),
    BadFile(
        "a duplicate task",
        #"""
        tasks:
          load: {run: x}
          b: {run: x, needs: load}
          load: {run: y}

        """#,
        #"""
        4:3 error: duplicate key 'load' | It stands on line 2, column 3 already: remove one of \#
        the two.
        """#),
    BadFile(
        "a duplicate among many",
        #"""
        tasks:
          t0: {run: x}
          t1: {run: x}
          t2: {run: x}
          t3: {run: x}
          t4: {run: x}
          t5: {run: x}
          t6: {run: x}
          t7: {run: x}
          t8: {run: x}
          t9: {run: x}
          t10: {run: x}
          t11: {run: x}
          t12: {run: x}
          t13: {run: x}
          t14: {run: x}
          t15: {run: x}
          t16: {run: x}
          t17: {run: x}
          t18: {run: x}
          t19: {run: x}
          t13: {run: x}

        """#,
        #"""
        22:3 error: duplicate key 't13' | It stands on line 15, column 3 already: remove one of \#
        the two.
        """#),
    BadFile(
        "tabs",
        #"""
        tasks:
          a:
        \#trun: x

        """#,
        #"""
        3:1 error: a tab stands where YAML wants blanks | Indent with blanks only.
        """#),
    BadFile(
        "a tab before a key",
        #"""
        tasks:
        \#ta: {run: x}

        """#,
        #"""
        2:1 error: a tab stands where YAML wants blanks | Indent with blanks only.
        """#),
    BadFile(
        "a missing colon",
        #"""
        tasks
          a: {run: x}
        name x

        """#,
        #"""
        2:4 error: a ': ' is not allowed here | Put a text that contains ': ' in quotes, or fix \#
        the indentation.
        """#),
    BadFile(
        "an open bracket",
        #"""
        tasks:
          a: {run: x
          b: {run: y}

        """#,
        #"""
        3:4 error: expected ',' or '}': the bracket of line 2 is still open | Close it, or put \#
        the text in quotes.
        """#),
    BadFile(
        "an open quote",
        #"""
        tasks:
          a: {run: "x}
          b: {run: y}

        """#,
        #"""
        2:12 error: this quote is never closed | Close it.
        """#),
    BadFile(
        "wrong indentation",
        #"""
        tasks:
          a:
            run: x
           needs: b

        """#,
        #"""
        4:4 error: expected a key of the mapping that starts on line 2 | Indent this line as \#
        the lines above it; close quotes and brackets.
        """#),
    BadFile(
        "a colon in a command",
        #"""
        tasks:
          a:
            run: echo a: b

        """#,
        #"""
        3:16 error: a ': ' is not allowed here | Put a text that contains ': ' in quotes, or \#
        fix the indentation.
        """#),
    BadFile(
        "a percent sign first",
        #"""
        tasks:
          a: {run: x, description: @home}

        """#,
        #"""
        2:28 error: a value cannot start with '@' | Put the value in quotes.
        """#),
    BadFile(
        "a bad escape",
        #"""
        tasks: {a: {run: "a\qb"}}

        """#,
        #"""
        1:20 error: unknown escape in double quotes | Write '\\' for a backslash, or use single \#
        quotes.
        """#),
    BadFile(
        "an alias of nothing",
        #"""
        x-a: &base {}
        tasks: {a: *bas}

        """#,
        #"""
        2:12 error: the alias '*bas' stands for nothing | Write '*base', or define it before \#
        with '&'.
        """#),
    BadFile(
        "an alias inside itself",
        #"""
        x-a: &a [*a]
        tasks: {a: {run: x}}

        """#,
        #"""
        1:10 error: the alias '*a' contains itself | Move the anchor '&a' to a value that is \#
        complete before.
        """#),
    BadFile(
        "a second document",
        #"""
        tasks: {a: {run: x}}
        ---
        tasks: {}

        """#,
        #"""
        2:1 error: a second YAML document starts here | Keep one document a file: move the rest \#
        to a file of its own.
        """#),
    BadFile(
        "a tag",
        #"""
        tasks: {a: {run: !python/object x}}

        """#,
        #"""
        1:18 error: the YAML tag '!python/object' means nothing here | Remove it.
        """#),
    BadFile(
        "a NUL in a command",
        #"""
        tasks: {a: {run: "a\0b"}}

        """#,
        #"""
        1:18 error: this text contains a NUL character | Remove '\0': neither commands nor SQL \#
        can hold one.
        """#),
    BadFile(
        "unquoted braces",
        #"""
        tasks:
          a:
            run: {{ ds }}

        """#,
        #"""
        3:10 error: 'run' must be a command, but a mapping stands here | Put the text in \#
        quotes: a value that starts with '{{' needs them.
        """#),
    BadFile(
        "a key that is no text",
        #"""
        tasks: {[a]: {run: x}}

        """#,
        #"""
        1:9 error: a key must be a text | Write 'name: value'.
        """#),
]
