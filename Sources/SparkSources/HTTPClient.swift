import Glibc

/// Asks an HTTP/1.1 server for one document at a time; plain `http`, no redirects.
///
/// Spark's driver and History Server speak this on an inner network. Every wait has an end, and a
/// body is bounded, so that a server that is slow, silent or wrong cannot hold anyone up.
struct HTTPClient: Sendable {
    var host: String
    var port: UInt16
    /// What stands before every path: a proxy's prefix, without a slash at its end.
    var prefix: String
    var timeoutMilliseconds: Int32 = 10_000
    static let longestBody = 1 << 31

    /// Reads `http://host[:port][/prefix]`; nil for anything else.
    init?(url: String) {
        guard url.hasPrefix("http://") else { return nil }
        let rest = url.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" }
        prefix = String(rest.dropFirst(authority.count))
        while prefix.hasSuffix("/") { prefix.removeLast() }
        // The address of a page of the UI means its server.
        if let page = prefix.firstRange(of: "/history/") {
            prefix = String(prefix[..<page.lowerBound])
        }
        for page in ["/jobs", "/stages", "/SQL", "/executors", "/api/v1"]
        where prefix.hasSuffix(page) {
            prefix.removeLast(page.count)
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), !parts[0].isEmpty, !authority.contains("@") else {
            return nil
        }
        host = String(parts[0])
        guard parts.count == 2 else {
            port = 80
            return
        }
        guard let number = UInt16(parts[1]), number > 0 else { return nil }
        port = number
    }

    /// The body of `path`, which begins with a slash.
    ///
    /// - Throws: ``RemoteError``.
    func get(_ path: String) throws(RemoteError) -> [UInt8] {
        let descriptor = try connected()
        defer { close(descriptor) }
        let request =
            "GET \(prefix)\(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nAccept: */*\r\n"
            + "Connection: close\r\nUser-Agent: spillway\r\n\r\n"
        try send(Array(request.utf8), descriptor)
        let answer = try receive(descriptor)
        guard let end = Self.find([13, 10, 13, 10], in: answer) else {
            throw .wrong(path: path, what: "no HTTP answer")
        }
        let head = String(decoding: answer[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = (head.first ?? "").split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw .wrong(path: path, what: "no HTTP answer")
        }
        guard status == 200 else { throw .status(status, path: path) }
        var body = Array(answer[(end + 4)...])
        for line in head.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].drop { $0 == " " }
            switch parts[0].lowercased() {
            case "transfer-encoding" where value.lowercased().contains("chunked"):
                guard let whole = Self.unchunked(body) else {
                    throw .wrong(path: path, what: "the answer breaks off")
                }
                body = whole
            case "content-length":
                guard let length = Int(value), body.count >= length else {
                    throw .wrong(path: path, what: "the answer breaks off")
                }
                body.removeLast(body.count - length)
            default: break
            }
        }
        return body
    }

    private func connected() throws(RemoteError) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0 else {
            throw .unreachable(host: host, port: port, reason: "its name is not known")
        }
        defer { freeaddrinfo(found) }
        var reason = "it has no address"
        var entry = found
        while let address = entry?.pointee {
            entry = address.ai_next
            let descriptor = socket(
                address.ai_family,
                address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
                    | Int32(SOCK_NONBLOCK.rawValue), address.ai_protocol)
            guard descriptor >= 0 else { continue }
            if connect(descriptor, address.ai_addr, address.ai_addrlen) == 0
                || errno == EINPROGRESS && isConnected(descriptor)
            {
                return descriptor
            }
            reason = errno == 0 ? "no answer" : String(cString: strerror(errno))
            close(descriptor)
        }
        throw .unreachable(host: host, port: port, reason: reason)
    }

    private func isConnected(_ descriptor: Int32) -> Bool {
        guard wait(descriptor, POLLOUT) else {
            errno = ETIMEDOUT
            return false
        }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        errno = code
        return code == 0
    }

    private func wait(_ descriptor: Int32, _ events: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            let count = poll(&request, 1, timeoutMilliseconds)
            if count < 0, errno == EINTR { continue }
            return count > 0
        }
    }

    private func send(_ bytes: [UInt8], _ descriptor: Int32) throws(RemoteError) {
        var sent = 0
        while sent < bytes.count {
            guard wait(descriptor, POLLOUT) else { throw .slow(host: host, port: port) }
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else {
                throw .unreachable(host: host, port: port, reason: String(cString: strerror(errno)))
            }
            sent += count
        }
    }

    private func receive(_ descriptor: Int32) throws(RemoteError) -> [UInt8] {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            guard wait(descriptor, POLLIN) else { throw .slow(host: host, port: port) }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count >= 0 else {
                throw .unreachable(host: host, port: port, reason: String(cString: strerror(errno)))
            }
            if count == 0 { return answer }
            guard answer.count + count <= Self.longestBody else {
                throw .wrong(path: "/", what: "the answer has no end")
            }
            answer.append(contentsOf: buffer[..<count])
        }
    }

    static func find(_ wanted: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= wanted.count else { return nil }
        return (0...(bytes.count - wanted.count)).first { place in
            bytes[place] == wanted[0]
                && bytes[place..<(place + wanted.count)].elementsEqual(wanted)
        }
    }

    /// The body of chunks; nil where one breaks off.
    static func unchunked(_ bytes: [UInt8]) -> [UInt8]? {
        var body: [UInt8] = []
        var place = 0
        while place < bytes.count {
            guard let end = bytes[place...].firstIndex(of: 13) else { return nil }
            let size = String(decoding: bytes[place..<end], as: UTF8.self).prefix { $0 != ";" }
            guard let count = Int(size, radix: 16), count >= 0 else { return nil }
            if count == 0 { return body }
            let start = end + 2
            guard start + count <= bytes.count else { return nil }
            body.append(contentsOf: bytes[start..<(start + count)])
            place = start + count + 2
        }
        return nil
    }
}
