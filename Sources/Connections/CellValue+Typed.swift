extension CellValue {
    /// What a person means who types a value for a parameter.
    ///
    /// Whole numbers and decimals are numbers, `null`, `true` and `false` are what they say, and
    /// anything else is a text, a code like `007` as well; quotes around a value make it a text.
    public init(typed text: String) {
        if text.count >= 2, text.first == "'", text.last == "'" {
            self = .text(String(text.dropFirst().dropLast().replacing("''", with: "'")))
            return
        }
        switch text.lowercased() {
        case "null": self = .null
        case "true": self = .boolean(true)
        case "false": self = .boolean(false)
        default:
            // Only what is written back the same.
            if let number = Int64(text), "\(number)" == text {
                self = .integer(number)
            } else if text.contains("."), text.last != ".", let number = Double(text),
                number.isFinite
            {
                self = .real(number)
            } else {
                self = .text(text)
            }
        }
    }
}
