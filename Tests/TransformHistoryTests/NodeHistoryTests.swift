import Foundation
import Testing
import TransformFiles
import TransformHistory

@Suite("What earlier runs of nodes left")
struct NodeHistoryTests {
    private static func record(_ number: Int, of node: String = "model.p.a") -> NodeRecord {
        NodeRecord(
            at: "2026-01-01T00:00:\(number % 60)Z", node: node, status: "success", rows: number,
            seconds: 0.5)
    }

    @Test("a record is read back as it was written, with and without rows and an age")
    func roundTrip() {
        let records = [
            Self.record(3),
            NodeRecord(
                at: "2026-01-02T03:04:05Z", node: "source.p.s.t", status: "warn",
                ageSeconds: 86_400.25),
        ]
        let found = NodeHistoryText.records(in: Array(NodeHistoryText.text(of: records).utf8))
        #expect(found == ["model.p.a": [records[0]], "source.p.s.t": [records[1]]])
    }

    @Test("lines that are none are passed over, and what follows is kept")
    func damaged() {
        let good = NodeHistoryText.text(of: [Self.record(1)])
        let text = "{\"at\":\"2026\n" + good + "\0\0\n[]\n" + good + "{\"at\":1,\"node\":2}\n"
        let found = NodeHistoryText.records(in: Array(text.utf8))
        #expect(found["model.p.a"] == [Self.record(1), Self.record(1)] && found.count == 1)
    }

    @Test("shortened, the newest records of every node stay, in their order")
    func shortened() {
        var records = [Self.record(0, of: "model.p.rare")]
        records += (0..<500).map { Self.record($0) }
        let text = NodeHistoryText.shortened(Array(NodeHistoryText.text(of: records).utf8))
        let found = NodeHistoryText.records(in: Array(text.utf8))
        #expect(found["model.p.rare"]?.count == 1)
        #expect(found["model.p.a"]?.compactMap(\.rows) == Array(300..<500))
    }

    @Test("a file takes records of many runs, also behind a line that a crash cut")
    func file() throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "history-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let history = NodeHistory(targetFolder: folder.path + "/target")
        #expect(history.records.isEmpty)
        try history.append([Self.record(1)])
        let handle = try FileHandle(forWritingTo: URL(filePath: history.path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"at\":\"20".utf8))
        try handle.close()
        try history.append([Self.record(2)])
        #expect(history.records["model.p.a"]?.compactMap(\.rows) == [1, 2])
        let mode = try FileManager.default.attributesOfItem(atPath: history.path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test("bars go from the least to the greatest; what is all alike stands half high")
    func bars() {
        #expect(Sparkline.text([1, 2, 8, nil, 1], width: 9, isUnicode: true) == "▁▂█ ▁")
        #expect(Sparkline.text([5, 5], width: 9, isUnicode: true) == "▄▄")
        #expect(Sparkline.text([0, 1, 2], width: 2, isUnicode: false) == "18")
        #expect(Sparkline.text([nil, .infinity], width: 4, isUnicode: true).isEmpty)
    }
}
