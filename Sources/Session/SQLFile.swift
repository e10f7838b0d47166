import Domain
import Glibc

/// A file of SQL that is read into a buffer.
enum SQLFile {
    /// Larger ones are no text to be edited by hand.
    private static let largestBytes = 16 << 20

    /// - Throws: ``Failure`` where it cannot be read, is too large or is no text.
    static func read(_ path: String) throws(Failure) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(path: path, reason: reason()) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(path: path, reason: reason()) }
            guard count > 0 else { break }
            bytes += part.prefix(count)
            guard bytes.count <= largestBytes else {
                throw Failure(path: path, reason: "it is larger than 16 MiB")
            }
        }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(path: path, reason: "it is no text in UTF-8")
        }
        return text
    }

    private static func reason() -> String { String(cString: strerror(errno)) }

    struct Failure: UserFacingError {
        var path: String
        var reason: String

        var problem: String { "\(path) cannot be read: \(reason)." }
        var remedy: String { "Name a file of SQL; relative paths count from the project's folder." }
    }
}
