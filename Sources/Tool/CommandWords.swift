import ArgumentParser
import Domain
import Glibc

/// The first word of a command line, which is a command or a folder.
enum CommandWords {
    /// - Throws: a `ValidationError` for a word that is neither where more words follow: the parser
    ///   would take the first for the folder of `open` and find fault with the second.
    static func check(_ arguments: [String]) throws {
        guard let first = arguments.first, let second = arguments.dropFirst().first,
            !first.hasPrefix("-"), !second.hasPrefix("-"), !first.contains("/"), first != "help",
            !commands.contains(where: { $0.name == first }), access(first, F_OK) != 0
        else { return }
        throw unknown(first, nearest: nearest(to: first))
    }

    static func unknown(_ word: String, nearest: String?) -> ValidationError {
        let remedy = nearest.map { "Did you mean '\($0)'?" } ?? "'spillway --help' lists them."
        return ValidationError("There is no command '\(word.printable)'. \(remedy)")
    }

    static func nearest(to word: String) -> String? {
        nearestName(to: word, among: commands.filter(\.isShown).map(\.name))
    }

    private static let commands: [(name: String, isShown: Bool)] =
        Spillway.configuration.subcommands.compactMap { command in
            let configuration = command.configuration
            return configuration.commandName.map { ($0, configuration.shouldDisplay) }
        }
}
