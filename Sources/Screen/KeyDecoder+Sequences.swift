/// Shift, Alt and Control of a sequence: xterm sends 1 + shift 1 + alt 2 + control 4.
private struct Modifiers {
    var isShifted = false
    var isAlt = false
    var isControlled = false

    init(xterm parameter: Int) {
        let bits = max(0, parameter - 1)
        isShifted = bits & 1 != 0
        isAlt = bits & 2 != 0
        isControlled = bits & 4 != 0
    }
}

extension KeyDecoder {
    /// Bytes between ESC [ and the final one: parameters and intermediates.
    mutating func acceptInControl(_ byte: UInt8) {
        switch byte {
        case 0x1B: state = .escape
        case 0x18, 0x1A: state = .ground
        case UInt8(ascii: "[") where buffer.isEmpty: state = .consoleFunction
        case UInt8(ascii: "$") where Self.isShiftedRxvt(buffer):
            state = .ground
            control(buffer, final: UInt8(ascii: "~"))
        case 0x20...0x3F:
            if buffer.count < Self.sequenceLimit { buffer.append(byte) } else { state = .ground }
        case UInt8(ascii: "M") where buffer.isEmpty: state = .oldMouse(left: 3)
        case 0x40...0x7E:
            state = .ground
            control(buffer, final: byte)
        case 0x80...: state = .ground
        default: break  // other controls inside a sequence change nothing
        }
    }

    /// rxvt ends a shifted editing key with `$`, which is no final byte anywhere else.
    private static func isShiftedRxvt(_ bytes: [UInt8]) -> Bool {
        (1...2).contains(bytes.count) && bytes.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Bytes after ESC O: perhaps a modifier, then the final one.
    mutating func acceptInSingle(_ byte: UInt8) {
        switch byte {
        case 0x1B: state = .escape
        case 0x30...0x3B where buffer.count < 8: buffer.append(byte)
        case 0x40...0x7E, 0x20:
            state = .ground
            single(Modifiers(xterm: Self.numbers(buffer).last ?? 1), final: byte)
        default: state = .ground
        }
    }

    private mutating func single(_ modifiers: Modifiers, final: UInt8) {
        switch final {
        case UInt8(ascii: "A")...UInt8(ascii: "D"), UInt8(ascii: "H"), UInt8(ascii: "F"):
            cursorKey(final, modifiers)
        case UInt8(ascii: "P")...UInt8(ascii: "S"): keys.append(.function(Int(final - 0x4F)))
        // rxvt: Control with an arrow.
        case UInt8(ascii: "a"): keys.append(.controlUp)
        case UInt8(ascii: "b"): keys.append(.controlDown)
        case UInt8(ascii: "c"): keys.append(.controlRight)
        case UInt8(ascii: "d"): keys.append(.controlLeft)
        // The keypad in application mode: * + , - . / 0–9, then Enter, Tab, blank and =.
        case UInt8(ascii: "j")...UInt8(ascii: "y"): emit(Unicode.Scalar(final - 0x40), isAlt: false)
        case UInt8(ascii: "M"): keys.append(.enter)
        case UInt8(ascii: "I"): keys.append(.tab)
        case 0x20: emit(" ", isAlt: false)
        case UInt8(ascii: "X"): emit("=", isAlt: false)
        default: break
        }
    }

    private mutating func control(_ bytes: [UInt8], final: UInt8) {
        if bytes.first == UInt8(ascii: "<") {
            if final == UInt8(ascii: "M") || final == UInt8(ascii: "m") {
                mouse(Self.numbers(Array(bytes.dropFirst())), isRelease: final == 0x6D)
            }
            return
        }
        // Parameters that begin with < = > ? and intermediates make it an answer, not a key.
        guard bytes.allSatisfy({ (0x30...0x3B).contains($0) }) else { return }
        let numbers = Self.numbers(bytes)
        let modifiers = Modifiers(xterm: numbers.count > 1 ? numbers[1] : 1)
        let isPlain = numbers.isEmpty || numbers[0] == 1
        switch final {
        case UInt8(ascii: "A")...UInt8(ascii: "D"), UInt8(ascii: "H"), UInt8(ascii: "F"):
            cursorKey(final, modifiers)
        case UInt8(ascii: "P")...UInt8(ascii: "S") where isPlain:
            keys.append(.function(Int(final - 0x4F)))
        case UInt8(ascii: "Z"): keys.append(.backTab)
        case UInt8(ascii: "I") where bytes.isEmpty: keys.append(.focusGained)
        case UInt8(ascii: "O") where bytes.isEmpty: keys.append(.focusLost)
        case UInt8(ascii: "a") where bytes.isEmpty: keys.append(.shiftUp)
        case UInt8(ascii: "b") where bytes.isEmpty: keys.append(.shiftDown)
        case UInt8(ascii: "c") where bytes.isEmpty: keys.append(.shiftRight)
        case UInt8(ascii: "d") where bytes.isEmpty: keys.append(.shiftLeft)
        case UInt8(ascii: "~") where numbers.first == 200 && numbers.count == 1:
            begin(.paste(matched: 0))
        case UInt8(ascii: "~") where numbers.first == 27 && numbers.count == 3:
            coded(numbers[2], modifiers)
        case UInt8(ascii: "~"), UInt8(ascii: "^"), UInt8(ascii: "@"):
            editingKey(numbers.first ?? 0)
        case UInt8(ascii: "u"): coded(numbers.first ?? 0, modifiers)
        default: break
        }
    }

    private mutating func cursorKey(_ final: UInt8, _ modifiers: Modifiers) {
        let (plain, shifted, controlled): (Key, Key, Key) =
            switch final {
            case UInt8(ascii: "A"): (.up, .shiftUp, .controlUp)
            case UInt8(ascii: "B"): (.down, .shiftDown, .controlDown)
            case UInt8(ascii: "C"): (.right, .shiftRight, .controlRight)
            case UInt8(ascii: "D"): (.left, .shiftLeft, .controlLeft)
            case UInt8(ascii: "H"): (.home, .home, .home)
            default: (.end, .end, .end)
            }
        let isControlled = modifiers.isControlled || modifiers.isAlt
        keys.append(isControlled ? controlled : modifiers.isShifted ? shifted : plain)
    }

    /// Keys that vt220 numbered: ESC [ 5 ~ and its like.
    private mutating func editingKey(_ number: Int) {
        switch number {
        case 1, 7: keys.append(.home)
        case 2: keys.append(.insert)
        case 3: keys.append(.delete)
        case 4, 8: keys.append(.end)
        case 5: keys.append(.pageUp)
        case 6: keys.append(.pageDown)
        case 11...15: keys.append(.function(number - 10))
        case 17...21: keys.append(.function(number - 11))
        case 23, 24: keys.append(.function(number - 12))
        default: break
        }
    }

    /// A key told by its code point (CSI u, modifyOtherKeys).
    private mutating func coded(_ code: Int, _ modifiers: Modifiers) {
        guard let value = UInt32(exactly: code), let scalar = Unicode.Scalar(value) else { return }
        switch value {
        case 0x09: keys.append(modifiers.isShifted ? .backTab : .tab)
        case 0x0D: keys.append(modifiers.isAlt ? .alt("\r") : .enter)
        case 0x1B: keys.append(.escape)
        case 0x7F, 0x08: keys.append(.backspace)
        case 0x20 where modifiers.isControlled: keys.append(.control("@"))
        case 0x40...0x7E where modifiers.isControlled:
            let letter = value >= 0x41 && value <= 0x5A ? value + 0x20 : value
            if let key = Unicode.Scalar(letter) { keys.append(.control(Character(key))) }
        case 0x20..<0x7F, 0xA0..<0xE000, 0xF900...:
            emit(scalar, isAlt: modifiers.isAlt)
        default: break
        }
    }

    /// An SGR mouse report: button and modifiers, column and row from 1.
    private mutating func mouse(_ numbers: [Int], isRelease: Bool) {
        guard numbers.count == 3, numbers[0] < 128, numbers[1] > 0, numbers[2] > 0 else { return }
        let code = numbers[0]
        let buttons: [MouseEvent.Button] = [.left, .middle, .right]
        let wheels: [MouseEvent.Action] = [.wheelUp, .wheelDown, .wheelLeft, .wheelRight]
        let action: MouseEvent.Action
        switch (code & 0xC0, code & 3) {
        case (0x40, let wheel) where !isRelease: action = wheels[wheel]
        case (0, let button) where button < 3:
            let isDrag = code & 0x20 != 0
            action =
                isRelease
                ? .release(buttons[button])
                : isDrag ? .drag(buttons[button]) : .press(buttons[button])
        default: return
        }
        keys.append(
            .mouse(
                MouseEvent(
                    action, at: Point(x: numbers[1] - 1, y: numbers[2] - 1),
                    isShifted: code & 4 != 0, isControlled: code & 16 != 0)))
    }

    /// The numbers between semicolons, what follows a colon left out; each at most 9,999,999.
    private static func numbers(_ bytes: [UInt8]) -> [Int] {
        guard !bytes.isEmpty else { return [] }
        return bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map {
            $0.prefix { (0x30...0x39).contains($0) }.prefix(7).reduce(0) {
                $0 * 10 + Int($1 - 0x30)
            }
        }
    }

    mutating func acceptInPaste(_ byte: UInt8, _ matched: Int) {
        if byte == Self.pasteEnd[matched] {
            if matched + 1 == Self.pasteEnd.count {
                state = .ground
                emitPaste(upTo: buffer.count)
            } else {
                state = .paste(matched: matched + 1)
            }
            return
        }
        // Only ESC begins the marker, so what matched so far cannot overlap a new beginning.
        buffer.append(contentsOf: Self.pasteEnd.prefix(matched))
        let begins = byte == Self.pasteEnd[0]
        if !begins { buffer.append(byte) }
        if buffer.count >= Self.pasteLimit {
            emitPaste(upTo: Self.lengthOfWholeCharacters(buffer))
        }
        state = .paste(matched: begins ? 1 : 0)
    }

    /// Hands out the first `count` bytes of the paste.
    mutating func emitPaste(upTo count: Int) {
        keys.append(.paste(String(decoding: buffer[..<count], as: UTF8.self)))
        buffer.removeSubrange(..<count)
    }

    /// How many bytes there are before a character that is cut off at the end.
    private static func lengthOfWholeCharacters(_ bytes: [UInt8]) -> Int {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            guard byte & 0x80 != 0 else { break }
            if byte & 0xC0 == 0xC0 {
                let needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
                return needed > back ? bytes.count - back : bytes.count
            }
        }
        return bytes.count
    }
}
