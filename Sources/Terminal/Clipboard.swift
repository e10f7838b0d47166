/// The sequence that puts text into the clipboard of the user's own machine, over SSH too (OSC 52).
enum Clipboard {
    /// The longest text that is sent, in bytes: xterm's limit on the encoded form is 100,000
    /// characters, which is 74,994 bytes after the frame of the sequence.
    static let sizeLimit = 74_994

    /// The bytes to send; nil where `text` is too long.
    ///
    /// - Parameter isInTmux: wraps the sequence so that tmux hands it on (`allow-passthrough`).
    static func sequence(for text: String, isInTmux: Bool) -> [UInt8]? {
        let bytes = Array(text.utf8)
        guard bytes.count <= sizeLimit else { return nil }
        let sequence = "\u{1B}]52;c;" + base64(bytes) + "\u{07}"
        guard isInTmux else { return Array(sequence.utf8) }
        // Inside tmux's frame each ESC is doubled.
        return Array("\u{1B}Ptmux;\u{1B}\(sequence)\u{1B}\\".utf8)
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
