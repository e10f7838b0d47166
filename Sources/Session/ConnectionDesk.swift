import Connections
import Domain
import PipelineFiles
import PlanRunner
import QueryPanes
import Synchronization
import Workbench
import Workspace

/// The sessions with databases that editor, results and plans share: one for each connection, so
/// that a plan sees the temporary tables of the editor, a database in memory is one and the same,
/// and a file that takes one session only (DuckDB's) is not locked by ourselves.
final class ConnectionDesk: Sendable {
    /// In the order of the settings, the one of the command line first.
    let choices: [ConnectionChoice]
    /// Addresses that are no addresses.
    let problems: [any UserFacingError]
    private let root: String
    private let addresses: [String: ConnectionAddress]
    private let options: ConnectionOptions
    /// The connection whose file may be made.
    private let created: String?
    private let mailbox: Mailbox
    private let threads = Mutex<[String: ConnectionThread]>([:])

    /// - Parameter opening: A connection named on the command line.
    init(host: WorkspaceHost, mailbox: Mailbox, opening: QueryOpening?) {
        let options = ConnectionOptions(isReadOnly: opening?.isReadOnly ?? false)
        var addresses: [String: ConnectionAddress] = [:]
        var problems: [any UserFacingError] = []
        var choices: [ConnectionChoice] = []
        func add(_ name: String, _ address: ConnectionAddress) {
            addresses[name] = address
            choices.append(
                ConnectionChoice(
                    name: name, address: address.text, dialect: address.engine.dialect,
                    isReadOnly: options.isReadOnly))
        }
        if let opening { add(opening.name, opening.address) }
        let known =
            host.workspace.settings.connections
            + host.workspace.entries.flatMap { $0.pipeline?.connections ?? [] }
        for definition in known where addresses[definition.name.name] == nil {
            do throws(ConnectionAddressError) {
                add(
                    definition.name.name,
                    try ConnectionAddress(definition.url, folder: host.workspace.root))
            } catch {
                problems.append(error)
            }
        }
        root = host.workspace.root
        self.mailbox = mailbox
        self.options = options
        created = opening.flatMap { $0.makesFile ? $0.name : nil }
        (self.addresses, self.choices, self.problems) = (addresses, choices, problems)
    }

    /// The address that `name` has, or is.
    func address(_ name: String) throws(ConnectionAddressError) -> ConnectionAddress {
        if let address = addresses[name] { return address }
        return try ConnectionAddress(name, folder: root)
    }

    /// What the names of a connection are kept by; nil where the database is in memory alone.
    func keptAddress(_ name: String) throws(ConnectionAddressError) -> String? {
        let address = try address(name)
        switch address {
        case .sqlite(path: nil), .duckdb(path: nil): return nil
        default: return address.text
        }
    }

    /// Does work on the session's thread, after the work before it; the session is opened where it
    /// is not yet.
    func perform<Output: Sendable>(
        on name: String, _ cancellation: Cancellation,
        _ body: @escaping @Sendable (any DatabaseConnection) throws -> Output
    ) async throws -> Output {
        let thread = thread(name, at: try address(name))
        let result: Result<Output, any Error> = await withCheckedContinuation { waiting in
            thread.submit(cancellation) { opened in
                waiting.resume(returning: Result { try body(try opened.get()) })
            }
        }
        return try result.get()
    }

    private func thread(_ name: String, at address: ConnectionAddress) -> ConnectionThread {
        threads.withLock { threads in
            if let thread = threads[name] { return thread }
            var options = options
            options.makesFile = name == created
            let thread = ConnectionThread(address, options) { [mailbox] change in
                let note: String?
                switch change {
                case .opening(let attempt): note = attempt > 1 ? "connecting again" : nil
                case .open: note = nil
                case .down(_, let next): note = next == nil ? "down" : "down, trying again"
                }
                mailbox.post(.query(.connectionChanged(name, note: note)))
            }
            threads[name] = thread
            return thread
        }
    }
}
