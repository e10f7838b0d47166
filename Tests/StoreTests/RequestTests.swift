import Domain
import Foundation
import Store
import Testing

@Suite("Requests to the owner")
struct RequestTests {
    static let actions: [OperatorAction] = [
        .trigger("p", file: "/p.yml", params: ["a": "1", "b": "ü"], logicalDate: 9),
        .trigger("p", file: nil, params: [:], logicalDate: nil),
        .clear("r", ClearScope(tasks: ["a"], includesDownstream: true, onlyFailed: false)),
        .mark("r", ["a", "b"], .skipped), .setPaused("p", true), .cancel("r", []),
        .cancel("r", ["a"]),
        .backfill(
            Backfill(
                id: "", pipeline: "p", from: 1, to: 2, maxActiveRuns: 3, reprocess: .completed,
                params: ["x": "y"], person: ""), file: nil),
        .changeBackfill("backfill-1", .paused), .undo, .clear("r", asItWas),
    ]

    private static var asItWas: ClearScope {
        var scope = ClearScope(tasks: ["a"], onlyFailed: true)
        scope.asItWas = true
        return scope
    }

    @Test("every action is read back as it was asked for, oldest first, until it is taken away")
    func roundTrip() throws {
        let temporary = try TemporaryFolder()
        try temporary.state.prepare()
        let folder = RequestFolder(temporary.state)
        let requests = Self.actions.enumerated().map { number, action in
            OperatorRequest(
                id: folder.newID(at: Instant(seconds: Int64(number))), person: "ada",
                at: Instant(seconds: 5), action: action)
        }
        for request in requests.reversed() { try folder.post(request) }
        #expect(folder.pending() == requests)
        for request in requests { folder.remove(request.id) }
        #expect(folder.pending().isEmpty)
    }

    @Test("a file that holds no request is taken away, and the others are read")
    func rubbish() throws {
        let temporary = try TemporaryFolder()
        try temporary.state.prepare()
        let folder = RequestFolder(temporary.state)
        try folder.prepare()
        for (name, bytes) in [("0.request", [1, 2, 3]), ("1.request", []), ("2.request", [9])] {
            let file = URL(filePath: folder.path + "/" + name)
            try Data(bytes.map { UInt8($0) }).write(to: file)
        }
        let good = OperatorRequest(id: "z", person: "ada", at: 1, action: .undo)
        try folder.post(good)
        #expect(folder.pending() == [good])
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(left == ["answered", "bell", "z.request"])
    }
}
