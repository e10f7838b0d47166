/// Pipelines that the tests run.
enum Pipelines {
    /// Three quick tasks; the first writes 200 numbered lines.
    static let quick = """
        name: quick
        tasks:
          extract: { run: "for i in $(seq 1 200); do echo line $i; done" }
          clean: { run: "echo cleaned", needs: extract }
          load: { run: "echo loaded", needs: clean }

        """

    /// A task that goes on until the test opens `gate`, a FIFO in the project.
    static let gated = """
        name: gated
        tasks:
          wait: { run: "echo $$ > wait.pid; echo waiting; cat gate > got; echo came through" }
          after: { run: "echo after", needs: wait }

        """

    /// A parameter, shown in the log.
    static let asking = """
        name: asking
        params: { region: { type: string, default: eu, enum: [eu, us] } }
        tasks:
          greet: { run: "echo hello {{ params.region }}" }

        """

    /// What no terminal may ever obey, each piece between words that show where it was.
    static let hostilePieces = [
        "\u{1B}]52;c;aG9zdGlsZQ==\u{07}", "\u{1B}]0;hostile-title\u{07}", "\u{1B}[2J\u{1B}[H",
        "\u{1B}P$q hostile-dcs\u{1B}\\", "\u{1B}_hostile-apc\u{1B}\\", "\u{1B}^hostile-pm\u{1B}\\",
        "\u{9B}2J", "\u{9D}0;hostile-c1\u{9C}", "\u{202E}hostile-bidi\u{2066}",
        "\u{07}\u{08}\u{7F}",
        "\u{1B}[?1049l\u{1B}[?1000h\u{1B}c", "\u{1B}[6n\u{1B}[c", "\u{0E}\u{0F}\u{0B}\u{0C}",
        "\u{1B}[31mred\u{1B}[0m", "\u{200D}\u{FE0F}\u{0301}",
    ]
}
