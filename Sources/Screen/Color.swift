/// A colour as a theme names it.
public enum Color: Hashable, Sendable {
    /// The terminal's own foreground or background.
    case terminal
    /// One of the terminal's sixteen: 0–7, and 8–15 for the bright ones; greater numbers count
    /// from 0 again.
    case standard(UInt8)
    /// One of the 256 of xterm: 16–231 a cube, 232–255 greys.
    case indexed(UInt8)
    case rgb(UInt8, UInt8, UInt8)

    /// Red, green and blue, 0–255; xterm's usual values for the sixteen, which users do change.
    /// Nil for the terminal's own.
    public var components: SIMD3<Int>? {
        switch self {
        case .terminal: nil
        case .standard(let number): Color.usual[Int(number & 15)]
        case .indexed(let number) where number < 16: Color.usual[Int(number)]
        case .indexed(let number): Color.components(ofIndexed: Int(number))
        case .rgb(let red, let green, let blue): SIMD3(Int(red), Int(green), Int(blue))
        }
    }

    /// The nearest colour that a terminal of this depth can show.
    public func reduced(to depth: ColorDepth) -> Color {
        switch (self, depth) {
        case (.terminal, _), (_, .none): .terminal
        case (.standard, .sixteen), (.standard, .indexed), (_, .direct): self
        case (.standard(let number), .eight): .standard(number & 7)
        case (.indexed(let number), .indexed): number < 16 ? .standard(number) : self
        case (.indexed, .eight), (.rgb, .eight): nearestStandard(among: 8)
        case (.indexed, .sixteen), (.rgb, .sixteen): nearestStandard(among: 16)
        case (.rgb, .indexed): nearestIndexed
        }
    }

    /// Relative luminance, 0–1 (WCAG 2.1); nil for the terminal's own colour.
    public var luminance: Double? {
        components.map { parts in
            0.2126 * linear(parts.x) + 0.7152 * linear(parts.y) + 0.0722 * linear(parts.z)
        }
    }

    /// The contrast of two colours, 1–21 (WCAG 2.1); nil where one of them is the terminal's own.
    public func contrast(with other: Color) -> Double? {
        guard let mine = luminance, let theirs = other.luminance else { return nil }
        return (max(mine, theirs) + 0.05) / (min(mine, theirs) + 0.05)
    }

    private func nearestStandard(among count: Int) -> Color {
        guard let wanted = components else { return self }
        let best = (0..<count).min {
            distance(wanted, Color.usual[$0]) < distance(wanted, Color.usual[$1])
        }
        return .standard(UInt8(best ?? 7))
    }

    private var nearestIndexed: Color {
        guard let wanted = components else { return self }
        func level(_ value: Int) -> Int {
            value < 48 ? 0 : value < 115 ? 1 : min(5, (value - 35) / 40)
        }
        let cube = 16 + 36 * level(wanted.x) + 6 * level(wanted.y) + level(wanted.z)
        let mean = (wanted.x + wanted.y + wanted.z) / 3
        let grey = 232 + min(23, max(0, (mean - 3) / 10))
        let cubeIsNearer =
            distance(wanted, Color.components(ofIndexed: cube))
            <= distance(wanted, Color.components(ofIndexed: grey))
        return .indexed(UInt8(cubeIsNearer ? cube : grey))
    }

    private static func components(ofIndexed number: Int) -> SIMD3<Int> {
        if number >= 232 { return SIMD3(repeating: 8 + 10 * (number - 232)) }
        let cube = max(0, number - 16)
        let levels = [0, 95, 135, 175, 215, 255]
        return SIMD3(levels[cube / 36 % 6], levels[cube / 6 % 6], levels[cube % 6])
    }

    // xterm's defaults.
    private static let usual: [SIMD3<Int>] = [
        SIMD3(0, 0, 0), SIMD3(205, 0, 0), SIMD3(0, 205, 0), SIMD3(205, 205, 0),
        SIMD3(0, 0, 238), SIMD3(205, 0, 205), SIMD3(0, 205, 205), SIMD3(229, 229, 229),
        SIMD3(127, 127, 127), SIMD3(255, 0, 0), SIMD3(0, 255, 0), SIMD3(255, 255, 0),
        SIMD3(92, 92, 255), SIMD3(255, 0, 255), SIMD3(0, 255, 255), SIMD3(255, 255, 255),
    ]
}

/// How many colours a terminal shows.
public enum ColorDepth: Hashable, Sendable, CaseIterable {
    /// None: weight, underline and reverse alone.
    case none
    case eight, sixteen, indexed, direct
}

/// A distance that weighs green most, as the eye does: squares, times 2, 4 and 3.
private func distance(_ left: SIMD3<Int>, _ right: SIMD3<Int>) -> Int {
    let apart = left &- right
    return 2 * apart.x * apart.x + 4 * apart.y * apart.y + 3 * apart.z * apart.z
}

/// x to the power of 2.4 for the sRGB transfer function, without a mathematics library: a table of
/// the 256 values would say the same; this is the fifth root of x¹² by Newton's method.
private func linear(_ value: Int) -> Double {
    let share = Double(value) / 255
    guard share > 0.04045 else { return share / 12.92 }
    let base = (share + 0.055) / 1.055
    let square = base * base
    let sixth = square * square * square
    let twelfth = sixth * sixth
    var root = base
    for _ in 0..<60 {
        let fourth = root * root * root * root
        root -= (root * fourth - twelfth) / (5 * fourth)
    }
    return root
}
