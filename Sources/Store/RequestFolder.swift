public import Domain
import Glibc
import WholeFiles

/// The requests that wait for the process that owns a state folder, a file each in `requests/`:
/// durable before anybody is told of them, and gone when their answer is in the state.
///
/// Files and not rows, because the state has one writer only, and a writer that knows of them keeps
/// its own commits to itself.
public struct RequestFolder: Hashable, Sendable {
    public let path: String

    public init(_ folder: StateFolder) { path = folder.path + "/requests" }

    /// The file whose change tells the owner that there are requests.
    public var bellPath: String { path + "/bell" }

    /// The file whose change tells those who asked that there are answers in the state.
    public var answeredPath: String { path + "/answered" }

    /// Makes the folder and the bells where they are missing.
    public func prepare() throws(StoreError) {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw unusable() }
        for file in [bellPath, answeredPath] {
            let bell = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard bell >= 0 else { throw unusable() }
            close(bell)
        }
    }

    /// A new name, greater than all that were given before.
    public func newID(at now: Instant) -> RequestID {
        let time = String(UInt64(clamping: now.microseconds), radix: 16)
        let padded = String(repeating: "0", count: max(0, 14 - time.count)) + time
        return RequestID(
            "\(padded)-\(getpid())-\(String(UInt32.random(in: .min ... .max), radix: 16))")
    }

    /// Puts a request in; it is on the disk when this returns, and the owner is told.
    public func post(_ request: OperatorRequest) throws(StoreError) {
        try prepare()
        do throws(FileFailure) {
            let bytes = RequestCoding.encode(request)
            try DraftFile.write(bytes, to: file(of: request.id), isSynced: true)
        } catch {
            throw StoreError(error, path: path)
        }
        syncFolder()
        ring(bellPath)
    }

    /// What waits, oldest first. A file that holds no request is taken away.
    public func pending() -> [OperatorRequest] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(Self.ending), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted().compactMap { name in
            let file = path + "/" + name
            if let request = Self.contents(of: file).flatMap(RequestCoding.decodeRequest) {
                return request
            }
            unlink(file)
            return nil
        }
    }

    /// Takes a request away whose answer is in the state, and tells whoever waits for it.
    public func remove(_ request: RequestID) {
        unlink(file(of: request))
        ring(answeredPath)
    }

    private static let ending = ".request"
    private static let sizeLimit = 16 << 20

    private func file(of request: RequestID) -> String {
        path + "/" + StateFolder.safeFileName(request.name) + Self.ending
    }

    private func ring(_ path: String) {
        let bell = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard bell >= 0 else { return }
        _ = pwrite(bell, "!", 1, 0)
        close(bell)
    }

    private func syncFolder() {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    private static func contents(of path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 14)
        while bytes.count < sizeLimit {
            let count = read(file, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += block[..<count]
        }
        return bytes
    }

    private func unusable() -> StoreError {
        if errno == ENOSPC { return .diskFull(path: path) }
        return .unusableFolder(path: path, reason: String(cString: strerror(errno)))
    }
}
