import CProcess
import Foundation
import Glibc

extension Project {
    /// Writes a script that stands for Spark's `spark-submit`.
    ///
    /// - Parameter body: with `$folder` for where the event log is to be written.
    func writeSparkSubmit(_ body: String) throws {
        try write(
            "bin/spark-submit",
            """
            #!/bin/sh
            for word; do
                case $word in spark.eventLog.dir=*) folder=${word#*file://} ;; esac
            done
            \(body)

            """)
        chmod(path + "/bin/spark-submit", 0o755)
    }

    /// A project with one Spark task, `features`, that such a script carries out.
    ///
    /// - Parameter options: of the task, beside its program.
    static func submitting(_ body: String, options: String = "") throws -> Project {
        let project = try Project([
            "flow": """
            env: { PATH: "bin:/usr/bin:/bin" }
            tasks:
              features: { spark: jobs/features.py\(options) }

            """
        ])
        try project.writeSparkSubmit(body)
        return project
    }
}

/// Waits for the end of a process that need not be a child; false where it goes on.
func hasEnded(_ pid: pid_t, within seconds: Double = 20) -> Bool {
    let handle = spillway_pidfd_open(pid)
    guard handle >= 0 else { return !isAlive(pid) }
    defer { close(handle) }
    var entry = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, Deadline(seconds: seconds).milliseconds) > 0
}
