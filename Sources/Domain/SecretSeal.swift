/// Takes secrets out of what tasks hand on, so that none lies in the state.
///
/// A task may write a secret to `$SPILLWAY_OUTPUT` for one that needs it. What is kept is a reference:
/// the variable's name between two marks. Where another task is made ready the value takes its place
/// again (``opened(_:_:)``), and where people look there is `***` (``shown(_:)``). A mark that a task
/// wrote itself is doubled, so that no text from outside can ask for a secret.
public struct SecretSeal: Sendable {
    /// Longest first, so that none shows its end through a shorter one.
    private let secrets: [Secret]

    private struct Secret {
        var bytes: [UInt8]
        var reference: [UInt8]
    }

    /// Bytes that a secret has at least to be sought; shorter ones stand in many texts by chance.
    public static let shortest = 4
    /// U+10FFFD, the last character of private use.
    private static let mark: [UInt8] = [0xF4, 0x8F, 0xBF, 0xBD]

    /// - Parameter secrets: variables with their values. Of a value of several lines each line is a
    ///   secret as well.
    public init(_ secrets: [EnvironmentEntry]) {
        var found: [Secret] = []
        func add(_ text: some StringProtocol, _ name: String) {
            guard text.utf8.count >= Self.shortest else { return }
            let reference = Self.mark + Array(name.utf8) + Self.mark
            found.append(Secret(bytes: Array(text.utf8), reference: reference))
        }
        for secret in secrets {
            add(secret.value, secret.name)
            let lines = Self.lines(of: secret.value)
            guard lines.count > 1 else { continue }
            for (number, line) in lines.enumerated() { add(line, "\(secret.name):\(number)") }
        }
        self.secrets = found.sorted { $0.bytes.count > $1.bytes.count }
    }

    /// The value with references in the place of secrets. O(bytes · secrets).
    ///
    /// - Parameter isPlain: whether a text is left as it is, whatever it holds.
    public func sealed(
        _ value: OutputValue, except isPlain: (String) -> Bool = { _ in false }
    ) -> OutputValue {
        switch value {
        case .null, .boolean: return value
        case .number(let text):
            let sealed = sealed(text)
            return sealed == text ? value : .text(sealed)
        case .text(let text): return isPlain(text) ? value : .text(sealed(text))
        case .list(let items): return .list(items.map { sealed($0, except: isPlain) })
        case .object(let members):
            return .object(
                members.map { .init(sealed($0.name), sealed($0.value, except: isPlain)) })
        }
    }

    /// The text with references in the place of secrets.
    public func sealed(_ text: String) -> String {
        if secrets.isEmpty, !text.utf8.contains(Self.mark[0]) { return text }
        let bytes = Array(text.utf8)
        var sealed: [UInt8] = []
        var position = 0
        scan: while position < bytes.count {
            let rest = bytes[position...]
            for secret in secrets where rest.starts(with: secret.bytes) {
                sealed += secret.reference
                position += secret.bytes.count
                continue scan
            }
            if rest.starts(with: Self.mark) {
                sealed += Self.mark + Self.mark
                position += Self.mark.count
                continue
            }
            sealed.append(bytes[position])
            position += 1
        }
        return String(decoding: sealed, as: UTF8.self)
    }

    /// The text with `***` in the place of secrets.
    public func masked(_ text: String) -> String { Self.shown(sealed(text)) }

    /// Whether the text holds a secret.
    public func isBroken(by text: String) -> Bool { masked(text) != text }

    // MARK: References

    /// The value with what `find` gives in the place of references.
    ///
    /// - Parameter find: the value of a variable.
    public static func opened(
        _ value: OutputValue, _ find: (String) throws -> String
    ) rethrows -> OutputValue {
        switch value {
        case .null, .boolean, .number: value
        case .text(let text): .text(try opened(text, find))
        case .list(let items): .list(try items.map { try opened($0, find) })
        case .object(let members):
            .object(
                try members.map { .init(try opened($0.name, find), try opened($0.value, find)) })
        }
    }

    /// The text with what `find` gives in the place of references.
    public static func opened(
        _ text: String, _ find: (String) throws -> String
    ) rethrows -> String {
        guard text.utf8.contains(mark[0]) else { return text }
        let bytes = Array(text.utf8)
        var opened: [UInt8] = []
        var position = 0
        while let start = firstMark(in: bytes[position...]),
            let end = firstMark(in: bytes[(start + mark.count)...])
        {
            opened += bytes[position..<start]
            let reference = bytes[(start + mark.count)..<end]
            opened += reference.isEmpty ? mark : Array(try value(of: reference, find).utf8)
            position = end + mark.count
        }
        return String(decoding: opened + bytes[position...], as: UTF8.self)
    }

    /// The value as people see it: `***` in the place of references.
    public static func shown(_ value: OutputValue) -> OutputValue { opened(value) { _ in "***" } }

    /// The text as people see it.
    public static func shown(_ text: String) -> String { opened(text) { _ in "***" } }

    private static func value(
        of reference: ArraySlice<UInt8>, _ find: (String) throws -> String
    ) rethrows -> String {
        let parts = reference.split(separator: UInt8(ascii: ":"))
        let value = try find(String(decoding: parts.first ?? [], as: UTF8.self))
        guard parts.count > 1, let number = Int(String(decoding: parts[1], as: UTF8.self)) else {
            return value
        }
        let lines = lines(of: value)
        return lines.indices.contains(number) ? String(lines[number]) : value
    }

    private static func firstMark(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.indices.first { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
    }

    private static func lines(of value: String) -> [Substring] {
        value.split(whereSeparator: \.isNewline)
    }
}
