import Domain
import Foundation

extension HTTPExchange {
    /// Asks `curl`; the URL and the body go through its standard input, where `ps` does not show
    /// them.
    func statusByCurl(limit: Span) -> Result<Int, Failure> {
        let process = Process()
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
            url = \(Self.quoted(url))

            """
        if let body {
            config += "header = \"Content-Type: application/json\"\n"
            config += "data-binary = \(Self.quoted(body))\n"
        }
        try? input.fileHandleForWriting.write(contentsOf: Data(config.utf8))
        try? input.fileHandleForWriting.close()
        let text = String(
            decoding: (try? output.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        switch process.terminationStatus {
        case 0: break
        case 127:
            return .failure(Failure(reason: "https needs curl, which is not installed"))
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
