import Domain

/// Where a large project's nodes are kept between commands, and how it is seen that a file changed.
///
/// What is kept holds only while every file, the target, the variables and what templates asked of the
/// environment are as they were. A project whose templates ask for the time, the invocation or the
/// command while it is read is never kept. What is damaged or of another version is not used.
public struct ProjectCache: Sendable {
    /// The least number of files that are worth it; smaller projects are read as fast as looked up.
    public static let leastFiles = 150

    /// What tells two states of a file apart, such as size and times; nil where it is not there.
    let stamp: @Sendable (String) -> String?
    /// Tells programs apart: what one keeps another does not use.
    let program: String
    /// What was kept for the target path of the project; nil where nothing was.
    let read: @Sendable (String) -> [UInt8]?
    /// Keeps bytes for the target path; what cannot be kept is lost.
    let write: @Sendable (String, [UInt8]) -> Void

    public init(
        program: String, stamp: @escaping @Sendable (String) -> String?,
        read: @escaping @Sendable (String) -> [UInt8]?,
        write: @escaping @Sendable (String, [UInt8]) -> Void
    ) {
        self.program = program
        self.stamp = stamp
        self.read = read
        self.write = write
    }
}

/// The nodes of a project as the cache holds them.
struct CachedNodes {
    /// Changes with every change of what stands below.
    private static let version = 1

    var nodes: [TransformNode]
    var disabled: [String]
    var problems: [SourceProblem]
    /// What templates asked of the environment, and what they got.
    var environment: [String: String?]

    /// What the nodes hang on besides the environment, as SHA-256; nil where a file is gone.
    static func key(
        _ files: ProjectFiles, _ environment: ProjectEnvironment, _ cache: ProjectCache
    ) -> [UInt8]? {
        var text = "\(version)\0\(cache.program)\0\(environment.rootPackage)\0"
        for path in files.paths {
            guard let stamp = cache.stamp(path) else { return nil }
            text += "\(path)\0\(stamp)\0"
        }
        var writer = CacheWriter()
        writer.write(environment.target)
        writer.write(environment.options.vars)
        writer.write(environment.options.dialect?.rawValue ?? "")
        return Digest.sha256(Array(text.utf8) + writer.bytes)
    }

    func bytes(key: [UInt8]) -> [UInt8] {
        var writer = CacheWriter()
        writer.list(environment.sorted { $0.key < $1.key }) { writer, pair in
            writer.write(pair.key)
            writer.write(pair.value)
        }
        writer.list(nodes) { $0.write($1) }
        writer.list(disabled) { $0.write($1) }
        writer.list(problems) { $0.write($1) }
        let content = writer.whole
        return key + Self.checksum(content) + content
    }

    /// Nil where the bytes are of another state, damaged, or asked the environment for what has changed.
    init?(_ bytes: [UInt8], key: [UInt8], environment now: [String: String]) {
        guard bytes.count > 40, Array(bytes[..<32]) == key else { return nil }
        let content = Array(bytes[40...])
        guard Self.checksum(content) == Array(bytes[32..<40]) else { return nil }
        do throws(CacheReader.Damage) {
            var reader = try CacheReader(content)
            environment = [:]
            for (name, value) in try reader.list({ reader throws(CacheReader.Damage) in
                (try reader.string(), try reader.text())
            }) {
                guard now[name] == value else { return nil }
                environment[name] = value
            }
            nodes = try reader.list { reader throws(CacheReader.Damage) in try reader.node() }
            disabled = try reader.list { reader throws(CacheReader.Damage) in try reader.string() }
            problems = try reader.list { reader throws(CacheReader.Damage) in
                try reader.problem()
            }
        } catch {
            return nil
        }
    }

    /// FNV-1a of 64 bits: finds what a crash or a disk damaged; nobody has to be kept from forging it.
    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return (0..<8).map { UInt8(truncatingIfNeeded: hash >> ($0 * 8)) }
    }

    init(
        nodes: [TransformNode], disabled: [String], problems: [SourceProblem],
        environment: [String: String?]
    ) {
        self.nodes = nodes
        self.disabled = disabled
        self.problems = problems
        self.environment = environment
    }
}
