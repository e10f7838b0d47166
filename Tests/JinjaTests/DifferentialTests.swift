import Foundation
import Jinja
import Testing

@Suite("Templates render as Jinja2 3.1.6 renders them")
struct DifferentialTests {
    struct Case: Decodable {
        var group: String
        var template: String
        var expected: String?
    }

    struct Fixture: Decodable {
        var cases: [Case]
    }

    private static let loaded = Result { try load() }

    static func cases() throws -> [Case] { try loaded.get() }

    private static func load() throws -> [Case] {
        let file = Bundle.module.resourceURL?.appending(path: "Fixtures/cases.json")
        let bytes = try Data(contentsOf: #require(file))
        return try JSONDecoder().decode(Fixture.self, from: bytes).cases
    }

    /// The data that `make_cases.py` renders with.
    static func context() -> JinjaGlobals {
        JinjaGlobals([
            "n": .int(3), "f": .double(2.5), "s": .string("Hello wOrld"),
            "l": .array([.int(3), .int(1), .int(2)]),
            "d": .mapping([("b", .int(2)), ("a", .int(1))]),
            "rows": .array(
                [("x", 1), ("y", 2), ("x", 3)].map { key, value in
                    .mapping([("k", .string(key)), ("v", .int(value))])
                }),
            "t": .bool(true), "no": .none, "e": .array([]),
            "words": .array([.string("pear"), .string("Apple"), .string("fig")]),
            "nested": .mapping([
                (
                    "x",
                    .mapping([
                        (
                            "y",
                            .array([.int(10), .int(20), .mapping([("z", .string("deep"))])])
                        )
                    ])
                )
            ]),
        ])
    }

    @Test("every case gives the same text, or an error where Jinja2 gives one")
    func agree() throws {
        let cases = try Self.cases()
        #expect(cases.count > 1_000)
        for one in cases {
            let renderer = JinjaRenderer(context: Self.context())
            do {
                let text = try renderer.render(
                    JinjaTemplate(file: "case", text: one.template))
                #expect(text == one.expected, "\(one.template)")
            } catch {
                #expect(one.expected == nil, "\(one.template): \(error)")
            }
        }
    }
}
