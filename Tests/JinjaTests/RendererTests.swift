import Domain
import Jinja
import Testing

@Suite("Macros, limits and errors of templates")
struct RendererTests {
    private func render(_ text: String, _ values: [String: JinjaValue] = [:]) throws -> String {
        try JinjaRenderer(context: JinjaGlobals(values)).render(
            JinjaTemplate(file: "models/a.sql", text: text))
    }

    private func problem(_ text: String) -> JinjaError? {
        do {
            _ = try render(text)
            return nil
        } catch {
            return error as? JinjaError
        }
    }

    @Test("a macro returns a value of any kind, and what it printed is dropped")
    func returning() throws {
        let text = """
            {%- macro pair(x) %}noise{{ return([x, x + 1]) }}{% endmacro -%}
            {%- macro outer() %}{{ return(pair(1) + pair(5)) }}{% endmacro -%}
            {{ pair(1)[1] }} {{ outer() }}
            """
        #expect(try render(text) == "2 [1, 2, 5, 6]")
    }

    @Test("generic tests are macros, and host blocks stay out of the text")
    func blocks() throws {
        let template = try JinjaTemplate(
            file: "t.sql",
            text: """
                {% test positive(model, column_name) %}x{% endtest %}{% snapshot s %}
                select {{ 1 }}{% endsnapshot %}{% macro m() %}{% endmacro %}!
                """)
        #expect(template.macros.map(\.name) == ["test_positive", "m"])
        #expect(template.hostBlocks.map(\.name) == ["s"])
        let renderer = JinjaRenderer(context: JinjaGlobals())
        #expect(try renderer.render(template) == "!")
        #expect(try renderer.render(template.hostBlocks[0].content) == "\nselect 1")
        let names = try renderer.macros(of: template).map(\.0)
        #expect(names == ["test_positive", "m"])
    }

    @Test("a single expression keeps its type")
    func native() throws {
        let renderer = JinjaRenderer(context: JinjaGlobals(["l": .array([.int(1)])]))
        let whole = try renderer.renderNative(JinjaTemplate(file: "v", text: "{{ l }}"))
        #expect(whole.typeName == "list")
        let text = try renderer.renderNative(JinjaTemplate(file: "v", text: "a {{ l }}"))
        #expect(text.equals(.string("a [1]")))
    }

    @Test(
        "an error names file, line and column, shows the line, and says what to do",
        arguments: [
            ("a\n {{ missing.x }}", 2, 13, "'missing' is undefined"),
            ("{{ 'a' | uper }}", 1, 10, "No filter named 'uper'."),
            ("x\n\n{% for i in l %}", 3, 4, "the block 'for' is not closed"),
            ("é{{ 1 / 0 }}", 1, 7, "division by zero"),
            ("{% include 'x' %}", 1, 4, "the tag 'include' is not supported"),
            ("{{ nowhere() }}", 1, 11, "'nowhere' is undefined"),
        ])
    func places(text: String, line: Int, column: Int, message: String) throws {
        let found = try #require(problem(text))
        #expect(found.place == SourcePlace(line: line, column: column))
        #expect(found.message == message)
        #expect(found.file == "models/a.sql")
        #expect(!found.remedy.isEmpty)
    }

    @Test("a wrong filter is corrected by the nearest name")
    func nearest() { #expect(problem("{{ 'a' | uper }}")?.remedy == "Write 'upper' instead.") }

    @Test("an error inside a macro is placed in the macro and names the call")
    func trace() throws {
        let text = "{% macro m() %}\n{{ 1 + 'a' }}{% endmacro %}\n\n{{ m() }}"
        let found = try #require(problem(text))
        #expect(found.place == SourcePlace(line: 2, column: 6))
        #expect(found.calls == ["m called at models/a.sql:4"])
    }

    @Test(
        "what has no end is stopped with a reason",
        arguments: [
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
            "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}"
                + "{% endfor %}{% endfor %}{% endfor %}",
            "{{ 'a' * 1000000000000 }}", "{{ range(100000000) }}", "{{ [0] * 99999999999 }}",
            "{% set ns = namespace(x='abcdefgh') %}{% for i in range(100) %}"
                + "{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
            "{% set l = [1] %}{% for i in range(100) %}{% do l.extend(l) %}{% endfor %}",
            "{% set l = [] %}{% do l.append(l) %}{{ l }}",
            "{% set d = {} %}{% do d.update({'d': d}) %}{{ d | tojson }}",
            "{{ 9223372036854775807 + 1 }}", "{{ 2 ** 100000 }}", "{{ '%99999999999d' % 1 }}",
        ])
    func limits(text: String) throws {
        var limits = JinjaLimits()
        limits.steps = 300_000
        let renderer = JinjaRenderer(context: JinjaGlobals(), limits: limits)
        let template = try JinjaTemplate(file: "a", text: text)
        #expect(throws: JinjaError.self) { try renderer.render(template) }
    }

    @Test("deep nesting is an error, not a crash", arguments: ["(", "[", "{1:", "not ", "-", "a["])
    func nesting(opener: String) {
        let text = "{{ " + String(repeating: opener, count: 50_000) + "1 }}"
        #expect(problem(text) != nil)
        let chain = "{{ 1" + String(repeating: " + 1", count: 50_000) + " }}"
        #expect(problem(chain) != nil)
    }

    @Test("whatever the bytes, a template ends with a text or an error", arguments: 0..<40)
    func fuzz(seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        let cases = try DifferentialTests.cases().filter { $0.group != "grown" }
        let pieces = ["{{", "}}", "{%", "%}", "{#", "-", "|", "(", ")", "'", "[", "]", "end", "\0"]
        var limits = JinjaLimits()
        limits.steps = 20_000
        limits.bytes = 1 << 20
        for _ in 0..<25 {
            var bytes = Array(cases[next(cases.count)].template.utf8)
            for _ in 0...next(4) where !bytes.isEmpty {
                let place = next(bytes.count)
                switch next(4) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = UInt8(next(256))
                case 2: bytes.insert(contentsOf: pieces[next(pieces.count)].utf8, at: place)
                default:
                    let other = Array(cases[next(cases.count)].template.utf8)
                    bytes.insert(contentsOf: other.prefix(next(20)), at: place)
                }
            }
            let renderer = JinjaRenderer(context: DifferentialTests.context(), limits: limits)
            do {
                let text = try renderer.render(JinjaTemplate(file: "f", bytes: bytes))
                #expect(text.utf8.count <= limits.bytes)
            } catch let error as JinjaError {
                #expect(error.place.line >= 1 && error.place.column >= 1)
            }
        }
    }
}

@Suite("Whole numbers beyond 64 bits")
struct BigIntegerTests {
    @Test(
        "they are printed and compared; computing with them is an error with its place",
        arguments: [
            ("{{ 12345678901234567890123 }}", "12345678901234567890123"),
            ("{{ -9223372036854775809 }}", "-9223372036854775809"),
            ("{{ 99999999999999999999 == 99999999999999999999 }}", "True"),
            ("{{ 1 + 2 }}", "3"),
        ])
    func printed(_ template: String, _ text: String) throws {
        let renderer = JinjaRenderer(context: JinjaGlobals())
        #expect(try renderer.render(JinjaTemplate(file: "a.sql", text: template)) == text)
    }

    @Test("a sum of one says so, and where")
    func computed() throws {
        let renderer = JinjaRenderer(context: JinjaGlobals())
        let template = try JinjaTemplate(file: "a.sql", text: "\n{{ 99999999999999999999 + 1 }}")
        let error = #expect(throws: JinjaError.self) { try renderer.render(template) }
        #expect(error?.message.contains("64 bits") == true)
        #expect(error?.place.line == 2)
    }
}
