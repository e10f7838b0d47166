import Domain
import Testing

@Suite("Secrets in what tasks hand on")
struct SecretSealTests {
    private let secrets = [
        EnvironmentEntry(name: "TOK", value: "hunter-2"),
        EnvironmentEntry(name: "LONG", value: "hunter-2-and-more"),
        EnvironmentEntry(name: "KEY", value: "-----BEGIN\nabcd efgh\n-----END"),
        EnvironmentEntry(name: "PIN", value: "123"),
    ]
    private var seal: SecretSeal { SecretSeal(secrets) }

    private func value(_ name: String) -> String {
        secrets.first { $0.name == name }?.value ?? "?"
    }

    @Test(
        "a secret is gone from what is kept, is *** for people, and comes back whole for a command",
        arguments: [
            ("hunter-2", "***"), ("a hunter-2, b hunter-2.", "a ***, b ***."),
            ("hunter-2-and-more!", "***!"), ("hunter-2-and", "***-and"),
            ("-----BEGIN\nabcd efgh\n-----END", "***"), ("x=abcd efgh", "x=***"),
            ("123 is too short", "123 is too short"), ("", ""), ("nothing", "nothing"),
            ("\u{10FFFD}TOK\u{10FFFD}", "\u{10FFFD}TOK\u{10FFFD}"), ("\u{10FFFD}", "\u{10FFFD}"),
            ("\u{10FFFD}hunter-2", "\u{10FFFD}***"), ("é\u{10FFFC}hunter-2", "é\u{10FFFC}***"),
        ])
    func texts(text: String, shown: String) {
        let sealed = seal.sealed(text)
        #expect(!sealed.contains("hunter") && !sealed.contains("abcd"))
        #expect(SecretSeal.shown(sealed) == shown)
        #expect(seal.masked(text) == shown)
        #expect(SecretSeal.opened(sealed, value) == text)
        #expect(seal.isBroken(by: text) == (text != shown))
    }

    @Test("no text from outside can ask for a secret, with or without secrets of ones own")
    func forged() {
        let asked = "\u{10FFFD}TOK\u{10FFFD}"
        for seal in [seal, SecretSeal([])] {
            #expect(SecretSeal.opened(seal.sealed(asked), value) == asked)
        }
        // Where marks do not come in pairs, what is left stays as it is.
        #expect(SecretSeal.opened("a\u{10FFFD}TOK", value) == "a\u{10FFFD}TOK")
    }

    @Test("numbers, lists and the names of members are looked at as well; plain texts are not")
    func values() {
        let seal = SecretSeal([EnvironmentEntry(name: "N", value: "4711")])
        let value = OutputValue.object([
            .init("4711", .list([.number("4711"), .number("12"), .text("load-4711"), .null]))
        ])
        let sealed = seal.sealed(value) { $0 == "load-4711" }
        #expect(
            SecretSeal.shown(sealed).json == "{\"***\":[\"***\",12,\"load-4711\",null]}")
        #expect(
            SecretSeal.opened(sealed) { _ in "4711" }.json
                == "{\"4711\":[\"4711\",12,\"load-4711\",null]}")
    }
}
