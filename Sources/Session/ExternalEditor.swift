import CProcess
import Glibc

/// The user's own editor on a text, with the terminal all its own.
enum ExternalEditor {
    /// Opens `text` in `$VISUAL`, `$EDITOR` or vi and waits; nil where the editor said no (an exit
    /// code other than 0).
    ///
    /// - Throws: ``QueryKeepingError``: no editor, or no file can be made.
    static func edit(_ text: String, keeping: QueryKeeping) throws -> String? {
        let path = keeping.resultsFolder() + "/edit-\(getpid()).sql"
        defer { unlink(path) }
        try keeping.write(text, to: path)
        let names: [String] = ["VISUAL", "EDITOR"]
        let chosen = names.lazy.compactMap { getenv($0).map { String(cString: $0) } }
        let editor = chosen.first { !$0.isEmpty } ?? "vi"
        guard try run(["/bin/sh", "-c", editor + " \"$1\"", "sh", path]) == 0 else { return nil }
        guard var edited = keeping.read(path) else { return nil }
        // Editors end the last line.
        if !text.hasSuffix("\n"), edited.hasSuffix("\n") { edited.removeLast() }
        return edited
    }

    private static func run(_ words: [String]) throws -> Int32 {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { arguments.forEach { free($0) } }
        var child: pid_t = 0
        let failure = posix_spawn(
            &child, words[0], nil, &attributes, arguments, spillway_environment())
        guard failure == 0 else {
            throw QueryKeepingError.editorFailed(String(cString: strerror(failure)))
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -1
    }
}
