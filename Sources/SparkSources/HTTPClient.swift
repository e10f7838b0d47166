import Glibc

/// Asks an HTTP/1.1 server for one document at a time; plain `http`, no redirects.
///
/// Spark's driver and History Server speak this on an inner network. Every wait has an end, and a
/// body is bounded, so that a server that is slow, silent or wrong cannot hold anyone up.
struct HTTPClient: Sendable {
    var address: ServerAddress
    /// How long the server may be silent.
    var timeoutMilliseconds: Int32 = 10_000
    /// How long a whole answer may take: a server that drips is never silent.
    var wholeMilliseconds = 120_000
    /// What the API tells of an application with a million tasks.
    static let longestDocument = 1 << 30

    var host: String { address.host }
    var port: UInt16 { address.port }

    init(_ address: ServerAddress) { self.address = address }

    /// The body of `path`, which begins with a slash.
    ///
    /// - Parameter longest: bytes; a longer body is given up.
    /// - Throws: ``RemoteError``.
    func get(
        _ path: String, atMost longest: Int = longestDocument
    ) throws(RemoteError) -> [UInt8] {
        let descriptor = try connected()
        defer { close(descriptor) }
        let request =
            "GET \(address.prefix)\(path) HTTP/1.1\r\nHost: \(address.authority)\r\nAccept: */*\r\n"
            + "Connection: close\r\nUser-Agent: spillway\r\n\r\n"
        try send(Array(request.utf8), descriptor)
        var answer = HTTPAnswer(atMost: longest)
        do {
            try receive(&answer, descriptor)
        } catch let fault as HTTPAnswer.Fault {
            throw .wrong(path: path, what: Self.text(fault))
        } catch let error as RemoteError {
            throw error
        } catch {
            throw .wrong(path: path, what: "\(error)")
        }
        guard answer.status == 200 else { throw .status(answer.status, path: path) }
        return answer.body
    }

    private static func text(_ fault: HTTPAnswer.Fault) -> String {
        switch fault {
        case .noHTTP: "no HTTP answer"
        case .brokenOff: "the answer breaks off"
        case .tooLong: "the answer has no end"
        }
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

    private func receive(_ answer: inout HTTPAnswer, _ descriptor: Int32) throws {
        let begin = Self.milliseconds()
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            guard wait(descriptor, POLLIN), Self.milliseconds() - begin < wholeMilliseconds else {
                throw RemoteError.slow(host: host, port: port)
            }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count >= 0 else {
                let reason = String(cString: strerror(errno))
                throw RemoteError.unreachable(host: host, port: port, reason: reason)
            }
            if count == 0 { return try answer.end() }
            let isWhole = try buffer.withUnsafeBytes { bytes throws(HTTPAnswer.Fault) in
                try answer.take(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            }
            if isWhole { return }
        }
    }

    /// Of a clock that nobody sets.
    private static func milliseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }
}
