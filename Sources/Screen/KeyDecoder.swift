/// Turns what a terminal sends into keys.
///
/// Understands UTF-8, control keys, Alt as a leading ESC, the CSI and SS3 sequences of xterm,
/// vt220, rxvt, linux, tmux and screen with their modifiers, SGR mouse reports (mode 1006),
/// bracketed paste (2004) and focus reports (1004). Every other sequence, late answers of the
/// terminal among them, is swallowed whole and never read as keys. However the bytes are cut into
/// pieces, the keys are the same.
public struct KeyDecoder: Sendable {
    enum State: Hashable, Sendable {
        case ground
        /// Inside a character: how many bytes it will have, and whether ESC came first.
        case character(count: Int, isAlt: Bool)
        case escape
        /// After ESC [ or ESC O.
        case control, single
        /// After ESC [ [, the function keys of the Linux console.
        case consoleFunction
        /// Bytes still to be swallowed after ESC [ M, the oldest mouse report.
        case oldMouse(left: Int)
        /// OSC, DCS, APC, PM or SOS: its introducer, the bytes so far, whether the last was ESC.
        case string(introducer: UInt8, count: Int, endsInEscape: Bool)
        /// How much of the end marker the end of the paste matches.
        case paste(matched: Int)
    }

    var state = State.ground
    /// What has come of a character, of a sequence's parameters, or of a paste. Beside the state,
    /// not in it, so that it grows in place.
    var buffer: [UInt8] = []
    var keys: [Key] = []

    /// The longest text that one ``Key/paste(_:)`` holds, in bytes; more arrives in several.
    static let pasteLimit = 1 << 20
    /// The longest sequence that is swallowed; what is longer was none.
    static let sequenceLimit = 4096
    static let pasteEnd = Array("\u{1B}[201~".utf8)

    public init() {}

    /// Reads more bytes and returns the keys that they complete.
    public mutating func feed(_ bytes: some Sequence<UInt8>) -> [Key] {
        for byte in bytes { accept(byte) }
        defer { keys = [] }
        return keys
    }

    /// How long to wait for more bytes, in milliseconds, before ``flush()`` says that none came;
    /// nil where nothing is incomplete.
    ///
    /// A lone ESC is the Escape key after 25 ms. What has already shown itself to be a sequence
    /// gets longer, for links that deliver it in pieces.
    public var patienceMilliseconds: Int? {
        switch state {
        case .ground: nil
        case .escape: 25
        case .character, .control, .single, .consoleFunction, .oldMouse: 150
        case .string: 1000
        case .paste: 2000
        }
    }

    /// Gives up waiting: returns the keys that what has come so far must have meant.
    public mutating func flush() -> [Key] {
        switch state {
        case .escape: keys.append(.escape)
        case .control where buffer.isEmpty: keys.append(.alt("["))
        case .single where buffer.isEmpty: keys.append(.alt("O"))
        case .string(let introducer, count: 0, endsInEscape: false):
            keys.append(.alt(Character(Unicode.Scalar(introducer))))
        case .string(_, _, endsInEscape: true): keys.append(.escape)
        case .paste(let matched):
            buffer.append(contentsOf: KeyDecoder.pasteEnd.prefix(matched))
            emitPaste(upTo: buffer.count)
        default: break
        }
        state = .ground
        buffer = []
        defer { keys = [] }
        return keys
    }

    mutating func accept(_ byte: UInt8) {
        switch state {
        case .ground: acceptInGround(byte, isAlt: false)
        case .character(let count, let isAlt): continueCharacter(byte, count, isAlt)
        case .escape: acceptAfterEscape(byte)
        case .control: acceptInControl(byte)
        case .single: acceptInSingle(byte)
        case .consoleFunction:
            state = .ground
            if (0x41...0x45).contains(byte) { keys.append(.function(Int(byte - 0x40))) }
        case .oldMouse(let left): state = left > 1 ? .oldMouse(left: left - 1) : .ground
        case .string(let introducer, let count, let endsInEscape):
            acceptInString(byte, introducer, count, endsInEscape)
        case .paste(let matched): acceptInPaste(byte, matched)
        }
    }

    private mutating func acceptInGround(_ byte: UInt8, isAlt: Bool) {
        state = .ground
        switch byte {
        case 0x1B where !isAlt: state = .escape
        case 0..<0x20, 0x7F:
            keys.append(isAlt ? .alt(Character(Unicode.Scalar(byte))) : Self.controlKey(byte))
        case 0x20..<0x7F: emit(Unicode.Scalar(byte), isAlt: isAlt)
        case 0xC2...0xDF: beginCharacter(byte, count: 2, isAlt)
        case 0xE0...0xEF: beginCharacter(byte, count: 3, isAlt)
        case 0xF0...0xF4: beginCharacter(byte, count: 4, isAlt)
        default: break
        }
    }

    /// The key of a byte below 0x20, or of DEL.
    private static func controlKey(_ byte: UInt8) -> Key {
        switch byte {
        case 0x08, 0x7F: .backspace
        case 0x09: .tab
        case 0x0D: .enter
        case 0x1B: .escape
        case 0x01...0x1A: .control(Character(Unicode.Scalar(byte + 0x60)))
        default: .control(Character(Unicode.Scalar(byte + 0x40)))
        }
    }

    private mutating func beginCharacter(_ byte: UInt8, count: Int, _ isAlt: Bool) {
        buffer = [byte]
        state = .character(count: count, isAlt: isAlt)
    }

    private mutating func continueCharacter(_ byte: UInt8, _ count: Int, _ isAlt: Bool) {
        guard byte & 0xC0 == 0x80 else {
            // The character was cut off: it is dropped, and the byte begins something new.
            state = .ground
            return accept(byte)
        }
        buffer.append(byte)
        guard buffer.count == count else { return }
        state = .ground
        let scalars = String(validating: buffer, as: UTF8.self)?.unicodeScalars
        // C1 controls are no keys.
        if let scalar = scalars?.first, scalar.value >= 0xA0 { emit(scalar, isAlt: isAlt) }
    }

    mutating func emit(_ scalar: Unicode.Scalar, isAlt: Bool) {
        keys.append(isAlt ? .alt(Character(scalar)) : .character(Character(scalar)))
    }

    private mutating func acceptAfterEscape(_ byte: UInt8) {
        switch byte {
        case 0x1B: keys.append(.escape)  // and the new one begins another sequence
        case UInt8(ascii: "["): begin(.control)
        case UInt8(ascii: "O"): begin(.single)
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"),
            UInt8(ascii: "X"):
            state = .string(introducer: byte, count: 0, endsInEscape: false)
        default: acceptInGround(byte, isAlt: true)
        }
    }

    mutating func begin(_ next: State) {
        buffer.removeAll()
        state = next
    }

    private mutating func acceptInString(
        _ byte: UInt8, _ introducer: UInt8, _ count: Int, _ endsInEscape: Bool
    ) {
        if endsInEscape {
            // ESC \ ends the string; ESC with anything else ends it too and means itself.
            state = byte == UInt8(ascii: "\\") ? .ground : .escape
            if state == .escape { accept(byte) }
            return
        }
        switch byte {
        case 0x07, 0x18, 0x1A: state = .ground
        case 0x1B: state = .string(introducer: introducer, count: count + 1, endsInEscape: true)
        default:
            state =
                count < KeyDecoder.sequenceLimit
                ? .string(introducer: introducer, count: count + 1, endsInEscape: false) : .ground
        }
    }
}
