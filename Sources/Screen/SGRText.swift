/// A stretch of a line of program output that looks the same all along.
public struct SGRSegment: Hashable, Sendable {
    /// The bytes of the stretch in the line; no colour codes among them.
    public var range: Range<Int>
    /// The colour that the program asked for; nil: none.
    public var role: Role?
    public var emphasis: Emphasis
}

/// Reads the colour codes in program output (SGR, ECMA-48 §8.3.117) as roles and leaves them out.
///
/// Of 256 and true colours the nearest of the sixteen is taken; background colours are dropped, so
/// that no program can make its text unreadable. Everything that is not an SGR sequence stays in
/// the text, where the grid makes it harmless.
public enum SGRText {
    /// The stretches of `line` in order; O(bytes).
    public static func segments(of line: [UInt8]) -> [SGRSegment] {
        var segments: [SGRSegment] = []
        var (role, emphasis): (Role?, Emphasis) = (nil, [])
        var start = 0
        var index = 0
        func close(at end: Int) {
            guard end > start else { return }
            segments.append(SGRSegment(range: start..<end, role: role, emphasis: emphasis))
        }
        while index < line.count {
            guard line[index] == 0x1B, let sequence = sequence(in: line, at: index) else {
                index += 1
                continue
            }
            close(at: index)
            apply(sequence.parameters, &role, &emphasis)
            index = sequence.end
            start = index
        }
        close(at: line.count)
        return segments
    }

    /// The bytes of `line` without its colour codes.
    public static func plainBytes(of line: [UInt8]) -> [UInt8] {
        segments(of: line).flatMap { line[$0.range] }
    }

    /// The SGR sequence that begins at `start`; at most 64 bytes are looked at.
    private static func sequence(
        in line: [UInt8], at start: Int
    ) -> (parameters: [Int], end: Int)? {
        guard start + 2 < line.count, line[start + 1] == UInt8(ascii: "[") else { return nil }
        var parameters = [0]
        for index in start + 2..<min(line.count, start + 64) {
            switch line[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Int(line[index] - UInt8(ascii: "0"))
                parameters[parameters.count - 1] =
                    min(9_999, parameters[parameters.count - 1] * 10 + digit)
            case UInt8(ascii: ";"), UInt8(ascii: ":"): parameters.append(0)
            case UInt8(ascii: "m"): return (parameters, index + 1)
            default: return nil
            }
        }
        return nil
    }

    private static let colours: [Role] = [
        .ansiBlack, .ansiRed, .ansiGreen, .ansiYellow, .ansiBlue, .ansiMagenta, .ansiCyan,
        .ansiWhite, .ansiBrightBlack, .ansiBrightRed, .ansiBrightGreen, .ansiBrightYellow,
        .ansiBrightBlue, .ansiBrightMagenta, .ansiBrightCyan, .ansiBrightWhite,
    ]

    private static func apply(
        _ parameters: [Int], _ role: inout Role?, _ emphasis: inout Emphasis
    ) {
        var index = 0
        while index < parameters.count {
            let code = parameters[index]
            switch code {
            case 0: (role, emphasis) = (nil, [])
            case 1: emphasis.insert(.bold)
            case 3: emphasis.insert(.italic)
            case 4: emphasis.insert(.underline)
            case 7: emphasis.insert(.reverse)
            case 22: emphasis.remove(.bold)
            case 23: emphasis.remove(.italic)
            case 24: emphasis.remove(.underline)
            case 27: emphasis.remove(.reverse)
            case 30...37: role = colours[code - 30]
            case 39: role = nil
            case 90...97: role = colours[code - 90 + 8]
            case 38, 48:
                let (colour, used) = extended(parameters[(index + 1)...])
                if code == 38 { role = colour ?? role }
                index += used
            default: break
            }
            index += 1
        }
    }

    /// The colour after 38 or 48, and how many parameters it took.
    private static func extended(_ rest: ArraySlice<Int>) -> (Role?, Int) {
        let values = Array(rest.prefix(4))
        switch values.first {
        case 5 where values.count >= 2:
            let number = min(255, values[1])
            if number < 16 { return (colours[number], 2) }
            if number >= 232 {
                let level = 8 + 10 * (number - 232)
                return (nearest(red: level, green: level, blue: level), 2)
            }
            let cube = number - 16
            let levels = [0, 95, 135, 175, 215, 255]
            return (
                nearest(
                    red: levels[cube / 36], green: levels[cube / 6 % 6], blue: levels[cube % 6]), 2
            )
        case 2 where values.count >= 4:
            return (nearest(red: values[1], green: values[2], blue: values[3]), 4)
        default: return (nil, values.count)
        }
    }

    private static func nearest(red: Int, green: Int, blue: Int) -> Role {
        let brightest = max(red, green, blue)
        guard brightest >= 48 else { return .ansiBrightBlack }
        let isOn = [red, green, blue].map { $0 * 2 > brightest }
        let index = (isOn[0] ? 1 : 0) + (isOn[1] ? 2 : 0) + (isOn[2] ? 4 : 0)
        if index == 7 { return brightest >= 200 ? .ansiBrightWhite : .ansiWhite }
        return colours[index + (brightest >= 200 ? 8 : 0)]
    }
}
