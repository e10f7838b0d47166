import Foundation
import Store
import Testing

@Suite("What those who look on are told")
struct NoticeBoardTests {
    private let folder: StateFolder

    init() throws {
        folder = StateFolder(path: NSTemporaryDirectory() + "spillway-notices-" + UUID().uuidString)
        try folder.prepare()
    }

    @Test("one who looks on hears what comes, in order and once, and nothing that was before")
    func news() {
        let board = NoticeBoard(folder)
        #expect(board.reader().news() == [])
        board.post(.toast("old"))
        let reader = board.reader()
        #expect(reader.news() == [])
        board.post(.bell)
        board.post(.toast("two\nlines\tand é"))
        board.post(.warning(""))
        #expect(reader.news() == [.bell, .toast("two lines\tand é"), .warning("")])
        #expect(reader.news() == [])
        #expect(board.reader().news() == [])
    }

    @Test("the file stays short, and who looks on misses nothing while he keeps up")
    func length() throws {
        let board = NoticeBoard(folder)
        let reader = board.reader()
        let long = String(repeating: "y", count: 9_000)
        for number in 0..<300 {
            board.post(.toast("\(number) " + long))
            let news = reader.news()
            #expect(news.count == 1 && news[0].text?.hasPrefix("\(number) y") == true)
            #expect(news[0].text?.utf8.count == 4_000)
        }
        let facts = try FileManager.default.attributesOfItem(atPath: board.path)
        #expect((facts[.size] as? Int ?? .max) < 300_000)
        #expect(facts[.posixPermissions] as? Int == 0o600)
    }

    @Test("a line that is not ours, or not whole yet, harms nothing")
    func foreign() throws {
        let board = NoticeBoard(folder)
        board.prepare()
        let reader = board.reader()
        let file = try #require(FileHandle(forWritingAtPath: board.path))
        defer { try? file.close() }
        try file.write(contentsOf: Data("\n\nx\tfoo\nt\n\u{0}\nt\thalf".utf8))
        #expect(reader.news() == [])
        try file.write(contentsOf: Data(" and whole\n".utf8))
        #expect(reader.news() == [.toast("half and whole")])
    }
}
