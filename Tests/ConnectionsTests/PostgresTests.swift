import Connections
import DatabasePeers
import Foundation
import Testing

@Suite("PostgreSQL connections", .enabled(if: PostgresServer.isInstalled))
struct PostgresTests {
    @Test("exact types come back with their names, bytes and decimals unharmed")
    func types() throws {
        let database = try #require(PostgresServer.shared).connect()
        try database.execute("drop type if exists mood; create type mood as enum ('sad', 'ok')")
        let second = try #require(PostgresServer.shared).connect()
        let run = try Recording(
            second,
            """
            select 9223372036854775807::int8 as a, 1.50::numeric as b, '\\x00ff'::bytea as c,
              true as d, '2020-01-01'::date as e, '{"x": 1}'::jsonb as f, 'ok'::mood as g, null as h,
              array[1,2] as i, '1e300'::float8 as j
            """)
        #expect(run.error == nil)
        #expect(
            run.rows == [
                [
                    .integer(.max), .text("1.50"), .blob([0, 255]), .boolean(true),
                    .text("2020-01-01"), .text("{\"x\": 1}"), .text("ok"), .null, .text("{1,2}"),
                    .real(1e300),
                ]
            ])
        let columns = try #require(run.columns.first)
        #expect(
            columns.map(\.type) == [
                "bigint", "numeric", "bytea", "boolean", "date", "jsonb", "mood", "text",
                "integer[]", "double precision",
            ])
        #expect(columns[1].kind == .decimal)
    }

    @Test("a server that goes away in the middle is told as lost, and a new session works")
    func vanishing() throws {
        let server = try #require(PostgresServer.shared)
        let database = try server.connect()
        guard
            case .integer(let process)? = try database.rows("select pg_backend_pid()").first?.first
        else {
            Issue.record("no process")
            return
        }
        Thread.detachNewThread {
            _ = try? server.connect().rows(
                "select pg_sleep(0.05), pg_terminate_backend(\(process))")
        }
        let run = try Recording(database, EngineTests.endless(.postgresql))
        #expect(run.error?.kind == .lost)
        #expect(!database.isOpen)
        #expect(try Recording(database, "select 1").error?.kind == .lost)
        #expect(try server.connect().rows("select 1") == [[.integer(1)]])
    }

    @Test("names are told while a table is locked; its size waits, and is not waited for")
    func namesWithoutSizes() throws {
        let server = try #require(PostgresServer.shared)
        let other = try server.connect()
        try other.execute(
            """
            drop table if exists size_t; create table size_t(a integer, b text);
            insert into size_t select i, 'x' from generate_series(1, 1000) i; analyze size_t;
            begin; lock table size_t in access exclusive mode
            """)
        let database = try server.connect()
        var catalogue = try database.names(cancellation: Cancellation())
        let table = try #require(catalogue.tables.first { $0.name == "size_t" })
        #expect(table.columns.map(\.name) == ["a", "b"])
        #expect(table.bytes == nil)
        let cancelled = CancelledRun(afterYields: 100)
        cancelled.begin()
        let error = #expect(throws: DatabaseError.self) {
            try database.addSizes(to: &catalogue, cancellation: cancelled.cancellation)
        }
        #expect(error?.kind == .cancelled)
        try other.execute("rollback")
        try database.addSizes(to: &catalogue, cancellation: Cancellation())
        let sized = try #require(catalogue.tables.first { $0.name == "size_t" })
        #expect(sized.rows == 1_000)
        #expect(try #require(sized.bytes) > 8_192)
        try other.execute("drop table size_t")
    }

    @Test("COPY to standard output that gives nothing for long is cancelled")
    func cancelCopy() throws {
        let database = try #require(PostgresServer.shared).connect()
        let cancelled = CancelledRun(afterYields: 100)
        let run = try Recording(
            database, "copy (select pg_sleep(1000)) to stdout",
            cancellation: cancelled.cancellation, whenBegun: { cancelled.begin() })
        #expect(run.error?.kind == .cancelled)
        #expect(try database.rows("select 1") == [[.integer(1)]])
    }

    @Test("a server that is not there is unreachable, and is tried again with pauses")
    func unreachable() async throws {
        let address = ConnectionAddress.postgresql(uri: "postgresql:///x?host=/nonexistent-folder")
        let states = AsyncStream.makeStream(of: String.self)
        let thread = ConnectionThread(
            address, retries: .init(attempts: 3, pauseSeconds: 0.01),
            onState: { state in
                switch state {
                case .opening(let attempt): states.continuation.yield("try \(attempt)")
                case .open: states.continuation.yield("open")
                case .down(let error, let next):
                    states.continuation.yield("\(error.kind) \(next.map { "\($0)" } ?? "end")")
                }
            })
        thread.submit { result in
            if case .failure(let error) = result {
                states.continuation.yield("work: \(error.kind)")
            }
            states.continuation.finish()
        }
        var seen: [String] = []
        for await state in states.stream { seen.append(state) }
        thread.close()
        #expect(
            seen == [
                "try 1", "unreachable 0.01", "try 2", "unreachable 0.02", "try 3",
                "unreachable end", "work: unreachable",
            ])
    }

    @Test("COPY … TO STDOUT gives its lines; COPY FROM STDIN is refused and the session goes on")
    func copy() throws {
        let database = try #require(PostgresServer.shared).connect()
        let run = try Recording(
            database, "copy (select 1, 'a,b') to stdout (format csv); copy (select 2) to stdout")
        #expect(run.rows == [[.text("1,\"a,b\"")], [.text("2")]])
        try database.execute("create temp table c(a integer)")
        #expect(try Recording(database, "copy c from stdin").error != nil)
        #expect(try database.rows("select 3") == [[.integer(3)]])
    }

    @Test("dollar quotes, nested comments and question mark operators are left as they are")
    func lexing() throws {
        let database = try #require(PostgresServer.shared).connect()
        let run = try Recording(
            database,
            """
            do $body$ begin perform 1; perform 2; end $body$;
            select /* a /* b; */ c; */ '{"a":1}'::jsonb ? 'a' as x, (array[1,2,3])[1:2] as y,
              E'it\\'s; ' as z, 1::int as w;
            """)
        #expect(run.error == nil)
        #expect(run.rows == [[.boolean(true), .text("{1,2}"), .text("it's; "), .integer(1)]])
    }
}
