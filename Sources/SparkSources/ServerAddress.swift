import Foundation

/// Where a Spark server is, read from what users paste: its address or that of any page of its UI.
struct ServerAddress: Hashable, Sendable {
    var host: String
    var port: UInt16
    /// What stands before every path: a proxy's prefix, without a slash at its end.
    var prefix = ""
    /// The application whose page it is.
    var application: String?
    var attempt: String?

    /// First parts of the paths of a driver's pages.
    private static let pages: Set = [
        "jobs", "stages", "storage", "environment", "executors", "SQL", "StreamingQuery",
        "streaming", "connect", "home",
    ]

    /// Reads `http://host[:port][/path][?query][#part]`; nil for anything else.
    init?(url: String) {
        let scheme = "http://"
        guard url.prefix(scheme.count).lowercased() == scheme else { return nil }
        let rest = url.dropFirst(scheme.count).prefix { $0 != "?" && $0 != "#" }
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@"), let (name, number) = Self.host(of: authority) else {
            return nil
        }
        (host, port, application, attempt) = (name, number, nil, nil)
        let parts = rest.dropFirst(authority.count).split(separator: "/").map(String.init)
        var kept = parts.count
        func read(id place: Int) {
            guard parts.indices.contains(place) else { return }
            application = parts[place].removingPercentEncoding ?? parts[place]
            guard parts.indices.contains(place + 1), Int(parts[place + 1]) != nil else { return }
            attempt = parts[place + 1]
        }
        if let place = parts.lastIndex(of: "history") {
            kept = place
            read(id: place + 1)
        } else if let place = parts.indices.last(where: {
            parts[$0] == "api" && parts.dropFirst($0 + 1).first == "v1"
        }) {
            kept = place
            if parts.dropFirst(place + 2).first == "applications" { read(id: place + 3) }
        } else if let place = parts.lastIndex(where: Self.pages.contains) {
            kept = place
        }
        prefix = parts[..<kept].map { "/" + $0 }.joined()
    }

    /// `host`, `host:port`, `[::1]:port`.
    private static func host(of authority: Substring) -> (String, UInt16)? {
        var name = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            name = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            name = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        guard !name.isEmpty else { return nil }
        guard let port else { return (String(name), 80) }
        guard let number = UInt16(port), number > 0 else { return nil }
        return (String(name), number)
    }

    /// As the `Host` of a request has it.
    var authority: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }
}
