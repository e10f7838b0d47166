/// What a stream of bytes would make a terminal do, told apart without an emulator.
struct TerminalBytes {
    /// Everything that our own writer never sends, each with where it stood.
    private(set) var foreign: [String] = []
    /// The parameters of every colour and attribute sequence (SGR).
    private(set) var attributes: [[Int]] = []
    /// Whether every byte is ASCII.
    private(set) var isASCII = true
    /// The text between the sequences.
    private(set) var text = ""

    // Besides: the terminal's own way of keeping its title over the alternate screen (22 and 23 t).

    /// Final bytes of the sequences with which curses moves, erases, scrolls and sets attributes.
    private static let finals = Set("@ABCDGHJKLMPSTXZbdfhlmr".unicodeScalars)
    /// Private modes that the workbench sets and resets; 47 is the other screen of older terminals.
    private static let modes: Set = [1, 12, 25, 47, 1002, 1004, 1006, 1049, 2004, 7]
    private static let bidi: Set<UInt32> = Set(
        [0x061C, 0x200E, 0x200F] + Array(0x202A...0x202E) + Array(0x2066...0x2069))

    init(_ bytes: [UInt8]) {
        isASCII = bytes.allSatisfy { $0 < 0x80 }
        let decoded = String(validating: bytes, as: UTF8.self)
        if decoded == nil { foreign.append("bytes that are no UTF-8") }
        let scalars = Array((decoded ?? String(decoding: bytes, as: UTF8.self)).unicodeScalars)
        var index = 0
        while index < scalars.count {
            index = scalars[index] == "\u{1B}" ? sequence(scalars, index) : plain(scalars, index)
        }
    }

    private mutating func plain(_ scalars: [Unicode.Scalar], _ index: Int) -> Int {
        let value = scalars[index].value
        switch value {
        // Backspace, tab, line feed, carriage return, and the two character sets.
        case 0x08, 0x09, 0x0A, 0x0D, 0x0E, 0x0F: break
        case ..<0x20, 0x7F..<0xA0: complain("control \(value)", scalars, index)
        case _ where Self.bidi.contains(value): complain("bidi \(value)", scalars, index)
        default: text.unicodeScalars.append(scalars[index])
        }
        return index + 1
    }

    private mutating func sequence(_ scalars: [Unicode.Scalar], _ start: Int) -> Int {
        guard start + 1 < scalars.count else {
            complain("an ESC at the end", scalars, start)
            return start + 1
        }
        switch scalars[start + 1] {
        case "[": return control(scalars, start)
        // A character set; cursor kept and restored; keypad modes; line up; reset of margins.
        case "(", ")": return start + 3
        case "7", "8", "=", ">", "M", "c": return start + 2
        default:
            complain("ESC \(scalars[start + 1])", scalars, start)
            return start + 2
        }
    }

    private mutating func control(_ scalars: [Unicode.Scalar], _ start: Int) -> Int {
        var end = start + 2
        while end < scalars.count, (0x20...0x3F).contains(scalars[end].value) { end += 1 }
        guard end < scalars.count else {
            complain("an unfinished CSI", scalars, start)
            return end
        }
        var body = String(String.UnicodeScalarView(scalars[(start + 2)..<end]))
        let isPrivate = body.hasPrefix("?")
        if isPrivate { body.removeFirst() }
        let numbers = body.split(separator: ";", omittingEmptySubsequences: false).map {
            $0.isEmpty ? 0 : Int($0) ?? -1
        }
        let final = scalars[end]
        if final == "t", numbers == [22, 0, 0] || numbers == [23, 0, 0] { return end + 1 }
        // The Linux console's cursor.
        if final == "c", isPrivate { return end + 1 }
        if !Self.finals.contains(final) || numbers.contains(-1) {
            complain("CSI \(body)\(final)", scalars, start)
        } else if isPrivate, !numbers.allSatisfy(Self.modes.contains) {
            complain("mode \(body)", scalars, start)
        } else if final == "m" {
            attributes.append(numbers)
        }
        return end + 1
    }

    private mutating func complain(_ what: String, _ scalars: [Unicode.Scalar], _ index: Int) {
        let around = scalars[max(0, index - 20)..<min(scalars.count, index + 20)]
        let shown = String(String.UnicodeScalarView(around)).debugDescription
        foreign.append("\(what) in \(shown)")
    }

    /// Whether anything is coloured.
    var hasColor: Bool {
        attributes.contains { list in
            list.contains {
                (30...38).contains($0) || (40...48).contains($0) || (90...107).contains($0)
            }
        }
    }
}
