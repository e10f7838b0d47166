import Foundation
import Glibc

/// The least that a framed curses screen costs, as a program.
final class Floor {
    let path: String

    /// Nil where its source is missing.
    init?(_ source: String, in folder: String) throws {
        guard access(source, R_OK) == 0 else { return nil }
        path = folder + "/floor"
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        compiler.arguments = ["cc", "-O2", "-w", "-o", path, source, "-lncursesw", "-ltinfo"]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { return nil }
    }
}
