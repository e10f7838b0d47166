import Domain
import Foundation
import Glibc

/// Sends events to an OpenLineage server, one request each: plain HTTP over a socket of its own,
/// `https` through `curl`, which brings the certificates.
struct LineagePost {
    private let url: String
    private let host: String
    private let port: String
    private let path: String
    private let key = ProcessInfo.processInfo.environment["OPENLINEAGE_API_KEY"]
    private static let limitSeconds = 5

    /// Nil where `text` is no `http://` or `https://` URL; without a path it gets the API's own.
    init?(_ text: String) {
        guard text.hasPrefix("http://") || text.hasPrefix("https://"),
            let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty
        else { return nil }
        self.host = host
        port = parts.port.map(String.init) ?? (text.hasPrefix("https") ? "443" : "80")
        let given = parts.percentEncodedPath
        path =
            (given.isEmpty || given == "/" ? "/api/v1/lineage" : given)
            + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
        url =
            "\(text.prefix { $0 != ":" })://\(host.contains(":") ? "[\(host)]" : host):\(port)\(path)"
    }

    /// Sends one event.
    ///
    /// - Throws: a `UserFacingError` where nobody takes it.
    func send(_ event: String) throws(LineagePostError) {
        let status = url.hasPrefix("https") ? try byCurl(event) : try bySocket(event)
        guard (200...299).contains(status) else {
            throw LineagePostError(reason: "it answers \(status)", url: url)
        }
    }

    private func failure(_ reason: String) -> LineagePostError {
        LineagePostError(reason: reason, url: url)
    }

    private func bySocket(_ event: String) throws(LineagePostError) -> Int {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, port, &hints, &found) == 0, let first = found else {
            throw failure("there is no host '\(host)'")
        }
        defer { freeaddrinfo(first) }
        let handle = socket(first.pointee.ai_family, first.pointee.ai_socktype, 0)
        guard handle >= 0 else { throw failure(String(cString: strerror(errno))) }
        defer { close(handle) }
        var limit = timeval(tv_sec: Self.limitSeconds, tv_usec: 0)
        for option in [SO_SNDTIMEO, SO_RCVTIMEO] {
            setsockopt(
                handle, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard connect(handle, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else {
            throw failure(String(cString: strerror(errno)))
        }
        let body = Array(event.utf8)
        var request = Array(
            ("POST \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.count)\r\nConnection: close\r\n"
                + (key.map { "Authorization: Bearer \($0)\r\n" } ?? "") + "\r\n").utf8)
        request += body
        var sent = 0
        while sent < request.count {
            let count = request[sent...].withUnsafeBytes {
                Glibc.send(handle, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw failure(String(cString: strerror(errno))) }
            sent += count
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !answer.contains(10), answer.count < 65_536 {
            let count = recv(handle, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        let words = String(decoding: answer.prefix { $0 != 10 }, as: UTF8.self).split(
            separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/"), let status = Int(words[1]) else {
            throw failure("it gives no HTTP answer")
        }
        return status
    }

    private func byCurl(_ event: String) throws(LineagePostError) -> Int {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // The key and the event go through standard input, where no list of processes shows them.
        process.arguments = ["curl", "--config", "-"]
        var settings =
            "silent\nmax-time = \(Self.limitSeconds)\nurl = \(Self.quoted(url))\n"
            + "header = \"Content-Type: application/json\"\noutput = \"/dev/null\"\n"
            + "write-out = \"%{http_code}\"\ndata-raw = \(Self.quoted(event))\n"
        if let key { settings += "header = \(Self.quoted("Authorization: Bearer \(key)"))\n" }
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        do {
            try process.run()
            try input.fileHandleForWriting.write(contentsOf: Data(settings.utf8))
            try input.fileHandleForWriting.close()
        } catch {
            throw failure("https needs curl, which does not start")
        }
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0, let status = Int(text), status > 0 else {
            throw failure("curl ends with exit code \(process.terminationStatus)")
        }
        return status
    }

    /// A value of curl's configuration file.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

/// An OpenLineage server took no event.
struct LineagePostError: UserFacingError {
    var reason: String
    var url: String
    var problem: String { "The OpenLineage server at \(url) takes no events: \(reason)." }
    var remedy: String { "Start it, or correct --openlineage." }
}

/// A file for events cannot be written.
struct LineageFileError: UserFacingError {
    var path: String
    var problem: String { "The file '\(path)' for OpenLineage events cannot be written." }
    var remedy: String { "Name another file, or check the permissions of its folder." }
}
