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
    /// The connections that somebody has given a name.
    struct Known: Sendable {
        /// In the order of the settings, the one of the command line first.
        var choices: [ConnectionChoice] = []
        /// Addresses that are no addresses.
        var problems: [any UserFacingError] = []
        fileprivate(set) var addresses: [String: ConnectionAddress] = [:]
    }

    private let host: WorkspaceHost
    private let opening: QueryOpening?
    private let options: ConnectionOptions
    /// The connection whose file may be made.
    private let created: String?
    private let mailbox: Mailbox
    private let threads = Mutex<[String: ConnectionThread]>([:])

    /// - Parameter opening: A connection named on the command line.
    init(host: WorkspaceHost, mailbox: Mailbox, opening: QueryOpening?) {
        self.host = host
        self.opening = opening
        self.mailbox = mailbox
        options = ConnectionOptions(isReadOnly: opening?.isReadOnly ?? false)
        created = opening.flatMap { $0.makesFile ? $0.name : nil }
    }

    /// The connections of the command line and the settings, and those of the pipelines that have
    /// been read.
    var known: Known { known(in: host.workspace) }

    /// Those of every pipeline, once all are read.
    func allKnown() async -> Known { known(in: await host.pipelines.all()) }

    private func known(in workspace: Workspace) -> Known {
        var known = Known()
        func add(_ name: String, _ address: ConnectionAddress) {
            known.addresses[name] = address
            known.choices.append(
                ConnectionChoice(
                    name: name, address: address.text, dialect: address.engine.dialect,
                    isReadOnly: options.isReadOnly))
        }
        if let opening { add(opening.name, opening.address) }
        let definitions =
            workspace.settings.connections
            + workspace.entries.flatMap { $0.known?.connections ?? [] }
        for definition in definitions where known.addresses[definition.name.name] == nil {
            do throws(ConnectionAddressError) {
                add(
                    definition.name.name,
                    try ConnectionAddress(definition.url, folder: workspace.root))
            } catch {
                known.problems.append(error)
            }
        }
        return known
    }

    /// The address that `name` has, or is.
    func address(_ name: String) async throws(ConnectionAddressError) -> ConnectionAddress {
        if let address = known(in: host.outline).addresses[name] { return address }
        if let address = await allKnown().addresses[name] { return address }
        return try ConnectionAddress(name, folder: host.outline.root)
    }

    /// What the names of a connection are kept by; nil where the database is in memory alone.
    func keptAddress(_ name: String) async throws(ConnectionAddressError) -> String? {
        let address = try await address(name)
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
        let thread = thread(name, at: try await address(name))
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
