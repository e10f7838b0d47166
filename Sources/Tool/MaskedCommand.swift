import ArgumentParser
import Session

/// `masked NAME,… -- COMMAND` runs a command with the values of these variables masked in what it
/// prints. Tasks with `secrets` are run by it; people have no use for it.
struct MaskedRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "masked", abstract: "Run a command with its secrets masked.",
        discussion: """
            Example:
              TOKEN=abc spillway masked TOKEN -- 'curl -H "Auth: $TOKEN" https://example.org'
            """, shouldDisplay: false)

    @Argument(help: "Names of variables whose values are secrets, joined by commas.")
    var names: String

    @Argument(parsing: .postTerminator, help: "The command, for /bin/sh -c.")
    var command: [String]

    func run() throws {
        let names = names.split(separator: ",").map { String($0) }
        let code = MaskedCommand.run(names, command: command.joined(separator: " "))
        throw ExitCode(code)
    }
}
