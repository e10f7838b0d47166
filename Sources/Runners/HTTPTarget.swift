import Foundation

extension HTTPExchange {
    /// The parts of `http://user:password@host:port/path`.
    struct Target: Equatable {
        var host: String
        var port: String
        var path: String
        /// `Basic …`, where the URL says who asks.
        var credentials: String?

        init?(_ url: String) {
            guard url.hasPrefix("http://"),
                url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
            else { return nil }
            let rest = url.dropFirst(7)
            var authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            var tail = String(rest.dropFirst(authority.count).prefix { $0 != "#" })
            if !tail.hasPrefix("/") { tail = "/" + tail }
            if let at = authority.lastIndex(of: "@") {
                guard let user = String(authority[..<at]).removingPercentEncoding else {
                    return nil
                }
                let pair = user.contains(":") ? user : user + ":"
                credentials = "Basic " + Data(pair.utf8).base64EncodedString()
                authority = authority[authority.index(after: at)...]
            }
            if authority.hasPrefix("[") {
                guard let end = authority.firstIndex(of: "]") else { return nil }
                host = String(authority[authority.index(after: authority.startIndex)..<end])
                let after = authority[authority.index(after: end)...]
                port = after.hasPrefix(":") ? String(after.dropFirst()) : "80"
            } else {
                let parts = authority.split(
                    separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                host = String(parts[0])
                port = parts.count > 1 ? String(parts[1]) : "80"
            }
            path = tail
            guard !host.isEmpty, UInt16(port) != nil else { return nil }
        }
    }

    /// Scheme, host and port of a URL: all of it that is no secret of anybody.
    public static func place(of url: String) -> String {
        let parts = split(url)
        return parts.map { $0.scheme + "//" + $0.host } ?? "its URL"
    }

    /// The URL without who asks, and without what stands behind `?`, where keys may be.
    static func shown(_ url: String) -> String {
        guard let parts = split(url) else { return "its URL" }
        return parts.scheme + "//" + parts.host + parts.path.prefix { $0 != "?" && $0 != "#" }
    }

    private static func split(_ url: String) -> (scheme: String, host: String, path: String)? {
        let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count > 2, parts[0].hasSuffix(":"), parts[1].isEmpty else { return nil }
        let authority = parts[2].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        return (String(parts[0]), String(host), String(parts[2].dropFirst(authority.count)))
    }
}
