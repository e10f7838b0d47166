public import Domain
import Glibc

/// One request by HTTP/1.1 over a plain socket; `https` goes through `curl`, which brings the
/// certificates. Blocks its thread, at most as long as it was given.
public struct HTTPExchange: Sendable {
    public var url: String
    /// Nil: a GET. Else a POST of this JSON text.
    public var body: String?

    public init(url: String, body: String? = nil) {
        self.url = url
        self.body = body
    }

    /// Why there is no answer.
    public struct Failure: Error, Hashable, Sendable {
        public var reason: String
        /// Whether asking again is in vain.
        public var isFinal = false
    }

    /// How long a host may take to accept a connection.
    static let connectLimit = Span.seconds(10)

    /// The status of the answer; redirections are not followed. Nobody waits for it any more once
    /// `isCancelled` says so, which is asked ten times a second.
    public func status(
        limit: Span, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) -> Result<Int, Failure> {
        if url.hasPrefix("https://") {
            return statusByCurl(limit: limit, isCancelled: isCancelled)
        }
        guard let target = Target(url) else {
            return .failure(
                Failure(reason: "this is no http:// or https:// URL", isFinal: true))
        }
        let patience = Patience(
            deadline: SystemClock.monotonic() + limit, isCancelled: isCancelled)
        return plain(target, patience)
    }

    /// How long is waited.
    private struct Patience {
        /// By the monotonic clock.
        var deadline: Span
        var isCancelled: @Sendable () -> Bool
    }

    private func plain(_ target: Target, _ patience: Patience) -> Result<Int, Failure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(target.host, target.port, &hints, &list)
        guard code == 0 else {
            return .failure(Failure(reason: String(cString: gai_strerror(code))))
        }
        defer { freeaddrinfo(list) }
        var reason = "no address"
        var address = list
        while let candidate = address?.pointee {
            let type =
                candidate.ai_socktype | Int32(SOCK_CLOEXEC.rawValue)
                | Int32(SOCK_NONBLOCK.rawValue)
            let socket = Glibc.socket(candidate.ai_family, type, candidate.ai_protocol)
            guard socket >= 0 else { return .failure(Failure(reason: Self.message(errno))) }
            defer { close(socket) }
            switch exchange(socket, candidate, target, patience) {
            case .success(let status): return .success(status)
            case .failure(let failure): reason = failure.reason
            }
            address = candidate.ai_next
        }
        return .failure(Failure(reason: reason))
    }

    private func exchange(
        _ socket: Int32, _ address: addrinfo, _ target: Target, _ patience: Patience
    ) -> Result<Int, Failure> {
        if connect(socket, address.ai_addr, address.ai_addrlen) != 0 {
            guard errno == EINPROGRESS else {
                return .failure(Failure(reason: Self.message(errno)))
            }
            var connecting = patience
            connecting.deadline = min(
                patience.deadline, SystemClock.monotonic() + Self.connectLimit)
            guard Self.wait(socket, Int16(POLLOUT), connecting) else {
                return .failure(Failure(reason: "no connection in time"))
            }
            var (error, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
            getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size)
            guard error == 0 else { return .failure(Failure(reason: Self.message(error))) }
        }
        let request = Array(requestText(target).utf8)
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes { bytes in
                bytes.baseAddress.map {
                    send(socket, $0 + sent, request.count - sent, Int32(MSG_NOSIGNAL))
                } ?? 0
            }
            if count > 0 {
                sent += count
            } else if errno != EAGAIN || !Self.wait(socket, Int16(POLLOUT), patience) {
                return .failure(Failure(reason: "the request could not be sent"))
            }
        }
        var answer: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 512)
        // `HTTP/1.1 200` is all that is looked at.
        while answer.count < 12 {
            guard Self.wait(socket, Int16(POLLIN), patience) else {
                return .failure(Failure(reason: "no answer in time"))
            }
            let count = recv(socket, &block, block.count, 0)
            if count < 0, errno == EAGAIN { continue }
            guard count > 0 else { break }
            answer += block[..<count]
        }
        let words = String(decoding: answer.prefix(64), as: UTF8.self).split(separator: " ")
        guard let first = words.first, first.hasPrefix("HTTP/1."), words.count > 1,
            let status = Int(words[1].prefix(3))
        else { return .failure(Failure(reason: "the answer is no HTTP")) }
        return .success(status)
    }

    private func requestText(_ target: Target) -> String {
        let host = target.host.contains(":") ? "[\(target.host)]" : target.host
        var lines = [
            "\(body == nil ? "GET" : "POST") \(target.path) HTTP/1.1",
            "Host: \(host)\(target.port == "80" ? "" : ":" + target.port)",
            "User-Agent: spillway", "Connection: close", "Accept: */*",
        ]
        if let credentials = target.credentials { lines.append("Authorization: " + credentials) }
        if let body {
            lines += [
                "Content-Type: application/json", "Content-Length: \(body.utf8.count)",
            ]
        }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }

    /// Whether the socket is ready before patience ends.
    private static func wait(_ socket: Int32, _ events: Int16, _ patience: Patience) -> Bool {
        while !patience.isCancelled() {
            let left = patience.deadline.microseconds - SystemClock.monotonic().microseconds
            guard left > 0 else { return false }
            var entry = pollfd(fd: socket, events: events, revents: 0)
            let count = poll(&entry, 1, Int32(clamping: min(left / 1_000 + 1, 100)))
            if count > 0 { return true }
            if count < 0, errno != EINTR { return false }
        }
        return false
    }

    private static func message(_ code: Int32) -> String { String(cString: strerror(code)) }
}
