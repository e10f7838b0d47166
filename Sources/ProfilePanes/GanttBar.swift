import Screen

/// Stretches of time in one line, told apart by glyph and by role.
struct GanttBar: Hashable, Sendable {
    enum Kind: Int, Hashable, Sendable {
        // Of two in one cell the later one here is seen.
        case slack, deferred, waiting, retrying, running

        func glyph(_ charset: Charset) -> String {
            switch self {
            case .slack: charset.pick("·", ascii: "-")
            case .deferred: charset.pick("┄", ascii: "~")
            case .waiting: charset.pick("░", ascii: ".")
            case .retrying: charset.pick("▒", ascii: "r")
            case .running: charset.pick("█", ascii: "#")
            }
        }
    }

    struct Part: Hashable, Sendable {
        var kind: Kind
        /// Shares of the width, 0…1.
        var from: Double
        var to: Double
        var role: Role
    }

    var parts: [Part]

    /// The line in `width` cells; a stretch that is there takes a cell at least.
    func runs(width: Int, _ charset: Charset) -> [TextRun] {
        guard width > 0 else { return [] }
        var cells = [Part?](repeating: nil, count: width)
        for part in parts {
            let first = min(width - 1, max(0, Int(part.from * Double(width))))
            let last = min(width, max(first + 1, Int((part.to * Double(width)).rounded(.up))))
            for cell in first..<last where cells[cell]?.kind.rawValue ?? -1 <= part.kind.rawValue {
                cells[cell] = part
            }
        }
        var runs: [TextRun] = []
        for cell in cells {
            let glyph = cell?.kind.glyph(charset) ?? " "
            let role = cell?.role ?? .plain
            if let last = runs.last, last.role == role {
                runs[runs.count - 1].text += glyph
            } else {
                runs.append(TextRun(glyph, role))
            }
        }
        return runs
    }
}
