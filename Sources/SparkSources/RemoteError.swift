public import Domain

/// Why an application could not be read from a server.
public enum RemoteError: UserFacingError, Hashable {
    case badAddress(String)
    case encrypted(String)
    case unreachable(host: String, port: UInt16, reason: String)
    case slow(host: String, port: UInt16)
    case status(Int, path: String)
    case wrong(path: String, what: String)
    case noApplication(String?, known: [String])

    public var problem: String {
        switch self {
        case .badAddress(let url): "'\(url)' is no address of a Spark server."
        case .encrypted(let url): "'\(url)' is an https address, which is not spoken here."
        case .unreachable(let host, let port, let reason):
            "The server \(host):\(port) cannot be reached: \(reason)."
        case .slow(let host, let port): "The server \(host):\(port) has not answered in time."
        case .status(let code, let path): "The server answered \(code) for '\(path)'."
        case .wrong(let path, let what):
            "What the server gave for '\(path)' is not usable: \(what)."
        case .noApplication(nil, _): "The server knows no application."
        case .noApplication(let id?, _): "The server knows no application '\(id)'."
        }
    }

    public var remedy: String {
        switch self {
        case .badAddress:
            "Write http://HOST:PORT: 18080 for a History Server, 4040 for a running driver."
        case .encrypted:
            "Name the plain http port, through an SSH tunnel where the network is not your own "
                + "(ssh -L 18080:HOST:18080), or download the event log and open that."
        case .status(300...399, _):
            "The server sends elsewhere, mostly to https or a login: name the final http address, "
                + "or download the event log and open that."
        case .unreachable, .slow:
            "Check that it runs and can be reached from here; over SSH, forward its port."
        case .status(404, _):
            "Is this a History Server or a driver's UI? spark.ui.enabled must be true."
        case .status, .wrong: "Try again, or read the event log itself."
        case .noApplication(_, let known):
            known.isEmpty
                ? "Wait until one has been written, or read the event log itself."
                : "It knows: \(known.prefix(5).joined(separator: ", "))."
        }
    }
}
