import Domain
import Foundation

extension HTTPExchange {
    /// Asks `curl`; the URL and the body go through its standard input, where `ps` does not show
    /// them.
    func statusByCurl(
        limit: Span, isCancelled: @Sendable () -> Bool
    ) -> Result<Int, Failure> {
        let process = Process()
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["curl", "--config", "-"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return .failure(Failure(reason: "\(error)")) }
        var config = """
            silent
            output = "/dev/null"
            write-out = "%{http_code}"
            max-time = \(max(1, Int(limit.inSeconds)))
            connect-timeout = \(Int(Self.connectLimit.inSeconds))
            url = \(Self.quoted(url))

            """
        if let body {
            config += "header = \"Content-Type: application/json\"\n"
            config += "data-binary = \(Self.quoted(body))\n"
        }
        try? input.fileHandleForWriting.write(contentsOf: Data(config.utf8))
        try? input.fileHandleForWriting.close()
        // It prints three digits at most, for which the pipe has room.
        while ended.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
            if isCancelled() { process.terminate() }
        }
        let text = String(
            decoding: (try? output.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
        switch process.terminationStatus {
        case 0: break
        case 127:
            return .failure(Failure(reason: "https needs curl, which is not installed"))
        case 5, 6: return .failure(Failure(reason: "the host is not known"))
        case 7: return .failure(Failure(reason: "no connection"))
        case 28: return .failure(Failure(reason: "no answer in time"))
        case 35, 51, 53, 54, 58, 59, 60, 66, 77, 80, 82, 83, 90, 91:
            return .failure(Failure(reason: "no secure connection; its certificate may be wrong"))
        case let code: return .failure(Failure(reason: "curl ended with exit code \(code)"))
        }
        guard let status = Int(text), status > 0 else {
            return .failure(Failure(reason: "curl told no status"))
        }
        return .success(status)
    }

    /// As curl's configuration writes a text.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                quoted += "\\"
                quoted.unicodeScalars.append(scalar)
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
