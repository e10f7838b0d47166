public import Connections
public import Domain
import Glibc
public import Transform

/// The database that the output of a profile names, for DuckDB and PostgreSQL.
public struct TargetConnection: Sendable {
    public let address: ConnectionAddress
    /// The database's file, where it is one.
    public var file: String? {
        if case .duckdb(let path) = address { path } else { nil }
    }
    /// `host:port` of a server, the path of a file; without a secret.
    public let place: String
    private let password: String?
    /// Statements that the profile asks for, before all others.
    private let preparation: [String]

    /// Reads the chosen output.
    ///
    /// - Parameters:
    ///   - file: instead of the profile's path, for DuckDB.
    ///   - absolute: gives the absolute path of one of the profile.
    /// - Throws: a `UserFacingError` that names the missing setting.
    public init(
        _ project: TransformProject, file: String?, absolute: (String) -> String
    ) throws(TargetError) {
        func text(_ keys: String...) -> String? {
            for key in keys {
                if let value = project.targetSetting(key), value != .null { return value.text }
            }
            return nil
        }
        switch project.dialect {
        case .sqlite: throw TargetError(key: "type", target: project.targetName)
        case .duckdb:
            let path = file ?? text("path") ?? ":memory:"
            let isMemory = path == ":memory:"
            address = .duckdb(path: isMemory ? nil : absolute(path))
            place = isMemory ? ":memory:" : absolute(path)
            password = nil
            preparation = Self.duckdbSettings(project)
        case .postgres:
            guard let database = text("dbname", "database") else {
                throw TargetError(key: "dbname", target: project.targetName)
            }
            guard file == nil else { throw TargetError(key: nil, target: project.targetName) }
            var parameters: [(String, String)] = []
            let host = text("host") ?? "localhost"
            let port = text("port") ?? "5432"
            for (key, value) in [
                ("host", host), ("port", port), ("user", text("user")),
                ("sslmode", text("sslmode")), ("sslcert", text("sslcert")),
                ("sslkey", text("sslkey")), ("sslrootcert", text("sslrootcert")),
                ("connect_timeout", text("connect_timeout")),
                ("keepalives_idle", text("keepalives_idle")),
            ] {
                if let value, !value.isEmpty { parameters.append((key, value)) }
            }
            let query = parameters.map { $0.0 + "=" + Self.escaped($0.1) }.joined(separator: "&")
            address = .postgresql(uri: "postgresql:///\(Self.escaped(database))?\(query)")
            place = host + ":" + port
            password = text("password", "pass")
            var statements = ["set client_min_messages = warning"]
            if let role = text("role") { statements.append("set role \(SQLText.quoted(role))") }
            if let path = text("search_path") { statements.append("set search_path = \(path)") }
            preparation = statements
        }
    }

    private static func duckdbSettings(_ project: TransformProject) -> [String] {
        var result: [String] = []
        for name in project.targetSetting("extensions")?.asList ?? [] {
            let text = name.map?["name"]?.text ?? name.text
            result.append("load \(SQLText.literal(text))")
        }
        for pair in project.targetSetting("settings")?.map?.pairs ?? [] {
            result.append("set \(pair.key) = \(SQLText.literal(pair.value.text))")
        }
        for entry in project.targetSetting("attach")?.asList ?? [] {
            guard let map = entry.map, let path = map["path"]?.text else { continue }
            var options: [String] = []
            if let type = map["type"]?.text { options.append("type \(type)") }
            if map["read_only"]?.bool == true { options.append("read_only") }
            let name = map["alias"].map { " as \(SQLText.quoted($0.text))" } ?? ""
            let list = options.isEmpty ? "" : " (\(options.joined(separator: ", ")))"
            result.append("attach if not exists \(SQLText.literal(path))\(name)\(list)")
        }
        return result
    }

    /// A value in a URI: everything but letters, digits and a few signs as `%XX`.
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        var result = String.UnicodeScalarView()
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                scalar.isASCII
                && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            if isPlain || "-._~".unicodeScalars.contains(scalar) {
                result.append(scalar)
            } else {
                result.append("%")
                result.append(digits[Int(byte >> 4)])
                result.append(digits[Int(byte & 15)])
            }
        }
        return String(result)
    }

    /// Opens the database. A file that another process holds is waited for: nodes of one pipeline
    /// run as processes of their own, and DuckDB lets only one of them in.
    ///
    /// - Parameter waitSeconds: so long at most.
    public func open(waitSeconds: Int) throws -> ConnectedRunDatabase {
        // Not in the address, which others may see; libpq looks here by itself.
        if let password, !password.isEmpty { setenv("PGPASSWORD", password, 1) }
        let options = ConnectionOptions(makesFile: true, lockSeconds: Double(waitSeconds))
        let connection = try address.open(options)
        for statement in preparation { try connection.execute(statement) }
        return ConnectedRunDatabase(connection, path: place)
    }
}

/// An output of a profile that does not say where its database is.
public struct TargetError: UserFacingError, Hashable {
    /// The missing key; nil where `--database` was given for a server.
    var key: String?
    var target: String

    public var problem: String {
        key.map { "The target '\(target)' has no '\($0)'." }
            ?? "The target '\(target)' is a server, which has no database file."
    }
    public var remedy: String {
        key.map { "Add \($0): to that output in profiles.yml." }
            ?? "Leave out --database, or choose a target of type duckdb or sqlite."
    }
}
