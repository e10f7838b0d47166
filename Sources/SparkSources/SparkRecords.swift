import Glibc
import WholeFiles

/// What a project keeps about its Spark jobs in its state folder.
public struct SparkRecords: Sendable {
    private let path: String

    /// - Parameter stateFolder: the project's `.spillway`; where there is none nothing is kept.
    public init(stateFolder: String) { path = stateFolder + "/spark-verdicts.jsonl" }

    /// The lines kept so far, oldest first; empty where there are none or they are not the user's.
    public var verdicts: [Substring] {
        guard let bytes = PrivateFile.read(path) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    /// Appends a line; whether it could be.
    @discardableResult
    public func keep(_ line: String) -> Bool {
        let descriptor = open(
            path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // One write: lines of two processes do not mix.
        let bytes = Array((line + "\n").utf8)
        return bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == bytes.count
    }
}

/// The findings about a Spark task, kept beside the folder of its event log when it ended:
/// `spark/<task>.<attempt>.findings.json` in the run's folder of logs.
public enum KeptFindings {
    private static let suffix = ".findings.json"

    /// Keeps a JSON text for a folder of event logs; whether it could be.
    @discardableResult
    public static func keep(_ json: String, of folder: String) -> Bool {
        (try? DraftFile.write(json + "\n", to: folder + suffix)) != nil
    }

    /// The text kept for a folder; nil where there is none, or it is not the user's own.
    public static func read(of folder: String) -> [UInt8]? {
        PrivateFile.read(folder + suffix)
    }

    /// The folders with findings in a run's folder of Spark logs, by name.
    public static func folders(in spark: String) -> [String] {
        Listing.names(in: spark).filter { $0.hasSuffix(suffix) }.map {
            spark + "/" + $0.dropLast(suffix.count)
        }
    }
}
