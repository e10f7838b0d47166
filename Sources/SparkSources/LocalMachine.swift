import Glibc
import Processors
public import SparkLog

/// The machine that this runs on, as event logs name it.
public enum LocalMachine {
    /// This machine's processors, where all executors of the application ran on it; nil where
    /// others did, or nobody says where.
    public static func processors(sharedBy application: SparkApplication) -> Int? {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let names = ["localhost", "127.0.0.1", "::1", String(decoding: bytes, as: UTF8.self)]
        let hosts = application.executors.map(\.host)
        guard !hosts.isEmpty, hosts.allSatisfy(names.contains) else { return nil }
        return Processors.count
    }
}
