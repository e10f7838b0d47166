/// The sequence that puts text into the clipboard of the user's own machine, over SSH too (OSC 52).
enum Clipboard {
    /// The longest text that is sent, in bytes: xterm's limit on the encoded form is 100,000
    /// characters, which is 74,994 bytes after the frame of the sequence.
    static let sizeLimit = 74_994

    /// GNU screen hands on at most 768 bytes of a string at once (`MAXSTR` of its sources).
    private static let screenPieceLength = 512

    /// The bytes to send; nil where `text` is too long.
    ///
    /// - Parameter multiplexer: gets the sequence in a frame that makes it hand the inside on: tmux
    ///   where its `allow-passthrough` is on, GNU screen always.
    static func sequence(for text: String, through multiplexer: Multiplexer) -> [UInt8]? {
        let bytes = Array(text.utf8)
        guard bytes.count <= sizeLimit else { return nil }
        let sequence = "\u{1B}]52;c;" + base64(bytes) + "\u{07}"
        switch multiplexer {
        case .none: return Array(sequence.utf8)
        // Inside tmux's frame each ESC is doubled.
        case .tmux: return Array("\u{1B}Ptmux;\u{1B}\(sequence)\u{1B}\\".utf8)
        // Its frames may be cut anywhere: what is inside them is joined again.
        case .screen:
            var (framed, rest): ([UInt8], ArraySlice<UInt8>) = ([], Array(sequence.utf8)[...])
            while !rest.isEmpty {
                framed += Array("\u{1B}P".utf8) + rest.prefix(screenPieceLength)
                framed += Array("\u{1B}\\".utf8)
                rest = rest.dropFirst(screenPieceLength)
            }
            return framed
        }
    }

    /// Base64 (RFC 4648 §4).
    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars)
        var text = String.UnicodeScalarView()
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var value = 0
            for offset in 0..<3 {
                value = value << 8 | (start + offset < bytes.count ? Int(bytes[start + offset]) : 0)
            }
            for position in 0..<4 {
                text.append(
                    position <= group.count ? alphabet[value >> (18 - 6 * position) & 63] : "=")
            }
        }
        return String(text)
    }
}
