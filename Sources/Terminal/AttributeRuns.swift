/// Changes of attributes that follow each other, as one.
///
/// curses turns on a colour and boldness, or takes both away, by a sequence each; on a slow link
/// that is a tenth of a frame. ECMA-48 (8.3.117, SGR; 5.4.2, empty parameters are the default)
/// lets one sequence hold all parameters in their order, and after a reset nothing before it
/// counts.
enum AttributeRuns {
    /// Terminals keep at least so many parameters of a sequence: the Linux console no more.
    private static let mostParameters = 16

    /// The same output with fewer bytes. Costs one pass.
    static func joined(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        /// Where the last sequence began in `out`, while nothing follows it.
        var open: Int?
        var index = 0
        while index < bytes.count {
            guard let end = end(of: bytes, at: index) else {
                out.append(bytes[index])
                open = nil
                index += 1
                continue
            }
            var parameters = bytes[(index + 2)..<end]
            if parameters == [zero] { parameters = [] }
            if parameters.starts(with: [zero, semicolon]) { parameters = parameters.dropFirst() }
            let resets = parameters.isEmpty || parameters.first == semicolon
            index = end + 1
            if let begin = open, resets {
                out.removeSubrange((begin + 2)...)
            } else if let begin = open,
                count(out[(begin + 2)...]) + count(parameters) <= mostParameters
            {
                out[out.endIndex - 1] = semicolon
            } else {
                open = out.endIndex
                out += [escape, bracket]
            }
            out += parameters
            out.append(final)
        }
        return out
    }

    private static let escape: UInt8 = 0x1B
    private static let bracket = UInt8(ascii: "[")
    private static let final = UInt8(ascii: "m")
    private static let zero = UInt8(ascii: "0")
    private static let semicolon = UInt8(ascii: ";")

    /// Where the final byte stands of a change of attributes that begins at `index`; nil where
    /// there is none, or one with parameters of a private kind.
    private static func end(of bytes: [UInt8], at index: Int) -> Int? {
        guard bytes[index] == escape, index + 2 < bytes.count, bytes[index + 1] == bracket
        else { return nil }
        // Digits, colons and semicolons.
        let end = bytes[(index + 2)...].firstIndex { !(0x30...0x3B).contains($0) }
        return end.flatMap { bytes[$0] == final ? $0 : nil }
    }

    private static func count(_ parameters: ArraySlice<UInt8>) -> Int {
        parameters.count { $0 == semicolon } + 1
    }
}
