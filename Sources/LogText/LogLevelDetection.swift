public import Domain

extension LogLevel {
    /// The level that a line states, or nil where it states none.
    ///
    /// Understood: words in capitals (log4j, Spark, Python logging, Airflow, `WARN[0000]`), words
    /// in brackets (`[error]`, dbt's `[info ]`), `level=warn` and `"level":"warn"` with their
    /// usual key names, `"level":50` (pino, bunyan), `error: …` of compilers, glog's `E0102`,
    /// syslog's `<3>`, and the first lines of Python, Java, Rust and Go failures. The first
    /// statement counts; only the first 256 bytes are looked at. Colour codes (SGR) are passed over.
    public static func stated(by line: [UInt8]) -> LogLevel? {
        line.withUnsafeBufferPointer { stated(by: $0) }
    }

    /// The same over bytes in place.
    public static func stated(by line: UnsafeBufferPointer<UInt8>) -> LogLevel? {
        var start = 0
        if line.first == 0x1B {
            let bytes = LineBytes(line)
            while let end = bytes.endOfColourCode(at: start) { start = end }
        }
        let text = line.dropFirst(start).prefix(LevelReader.reach)
        return LevelReader(line: LineBytes(UnsafeBufferPointer(rebasing: text))).level()
    }
}

private struct LevelReader {
    static let reach = 256
    let line: LineBytes

    func level() -> LogLevel? {
        if let level = atStart() { return level }
        var index = 0
        var previous: UInt8 = 32
        while index < line.count {
            let byte = line[index]
            if byte == 0x1B, let end = line.endOfColourCode(at: index) {
                (index, previous) = (end, 32)
                continue
            }
            guard byte.isLetter, !previous.isWord else {
                previous = byte
                index += 1
                continue
            }
            var end = index + 1
            var word = UInt64(byte | 32)
            var lowercase = byte.isLowercase ? 1 : 0
            while end < line.count, line[end].isLetter {
                word = word << 8 | UInt64(line[end] | 32)
                lowercase += line[end].isLowercase ? 1 : 0
                end += 1
            }
            previous = line[end - 1]
            if end - index >= 3, end - index <= 9, !line[end].isWord,
                let level = level(
                    word, from: index, to: end, isCapital: lowercase == 0,
                    isMixed: byte.isLowercase == false && lowercase > 0)
            {
                return level
            }
            index = end
        }
        return nil
    }

    /// The level of the word at `start..<end`, whose last eight letters are packed in `word`.
    @inline(__always)
    private func level(
        _ word: UInt64, from start: Int, to end: Int, isCapital: Bool, isMixed: Bool
    ) -> LogLevel? {
        if word == Self.levelKey { return numericLevel(after: end) }
        guard let level = Self.level(named: word, length: end - start) else { return nil }
        if isCapital { return level }
        let (before, after) = (line[start - 1], line[end])
        switch before {
        case 91, 60, 40, 124:  // [ < ( |
            return after == 93 || after == 62 || after == 41 || after == 124 || after == 32
                || after == 58 ? level : nil
        case 61:  // =
            return isLevelKey(endingAt: start - 1) ? level : nil
        case 34:  // "
            var place = start - 2
            while line[place] == 32 { place -= 1 }
            if line[place] == 61 { return isLevelKey(endingAt: place) ? level : nil }
            guard line[place] == 58 else { return nil }
            place -= 1
            while line[place] == 32 { place -= 1 }
            return line[place] == 34 && isLevelKey(endingAt: place) ? level : nil
        case 0, 32, 9:
            if after == 58 { return level >= .warning || start == 0 ? level : nil }
            // dbt: "Database Error in model orders"
            return isMixed && level == .error && line.holds(" in ", at: end) ? level : nil
        default:
            return nil
        }
    }

    /// `"level":50`, as pino and bunyan write it.
    private func numericLevel(after end: Int) -> LogLevel? {
        guard line[end] == 34, line[end + 1] == 58 else { return nil }
        var place = end + 2
        while line[place] == 32 { place += 1 }
        guard line[place].isDigit, line[place + 1].isDigit, !line[place + 2].isDigit else {
            return nil
        }
        switch line[place] {
        case 49: return .trace
        case 50: return .debug
        case 51: return .info
        case 52: return .warning
        case 53: return .error
        default: return .fatal
        }
    }

    /// Whether the key that ends before `end` names a level: `level`, `lvl`, `loglevel`,
    /// `log.level`, `levelname`, `severity`.
    private func isLevelKey(endingAt end: Int) -> Bool {
        for name in ["level", "lvl", "levelname", "severity", "Level", "LEVEL"] as [StaticString]
        where line.holds(name, at: end - name.utf8CodeUnitCount) {
            return true
        }
        return false
    }

    private func atStart() -> LogLevel? {
        let first = line[0]
        if first == 60 { return syslogPriority() }
        guard first.isLetter else { return nil }
        if line[1].isDigit { return glogLevel(first) }
        if line.holds("Traceback (most recent call last)", at: 0)
            || line.holds("Exception in thread ", at: 0)
        {
            return .error
        }
        if line.holds("thread '", at: 0) { return panickedThread() }
        if line.holds("panic: ", at: 0) { return .fatal }
        return exceptionName()
    }

    /// `<14>…`: the severity is the priority modulo 8 (RFC 5424, 6.2.1).
    private func syslogPriority() -> LogLevel? {
        var (index, number) = (1, 0)
        while line[index].isDigit, index <= 3 {
            number = number * 10 + Int(line[index] - 48)
            index += 1
        }
        guard index > 1, line[index] == 62, number <= 191 else { return nil }
        switch number % 8 {
        case 0...2: return .fatal
        case 3: return .error
        case 4: return .warning
        case 5, 6: return .info
        default: return .debug
        }
    }

    /// `E0102 03:04:05.678901 …`
    private func glogLevel(_ letter: UInt8) -> LogLevel? {
        guard line[2].isDigit, line[3].isDigit, line[4].isDigit, line[5] == 32 else { return nil }
        switch letter {
        case 73: return .info
        case 87: return .warning
        case 69: return .error
        case 70: return .fatal
        default: return nil
        }
    }

    private func panickedThread() -> LogLevel? {
        var index = 8
        while index < line.count, line[index] != 39 { index += 1 }
        return line.holds("' panicked at", at: index) ? .error : nil
    }

    /// `ValueError: …`, `java.lang.IllegalStateException: …` or either alone on its line.
    private func exceptionName() -> LogLevel? {
        var end = 0
        var capitals = 0
        while line[end].isWord || line[end] == 46 || line[end] == 36 {
            if line[end] &- 65 < 26 { capitals += 1 }
            end += 1
        }
        guard capitals > 0, end == line.count || line[end] == 58 else { return nil }
        return line.holds("Error", at: end - 5) || line.holds("Exception", at: end - 9)
            ? .error : nil
    }

    private static let levelKey = packed("level")

    @inline(__always)
    private static func level(named word: UInt64, length: Int) -> LogLevel? {
        switch length {
        case 3: return word == 0x65_72_72 ? .error : nil  // err
        case 4:
            switch word {
            case 0x69_6E_66_6F: return .info
            case 0x77_61_72_6E: return .warning
            case 0x63_72_69_74: return .fatal
            default: return nil
            }
        case 5:
            switch word {
            case 0x65_72_72_6F_72: return .error
            case 0x64_65_62_75_67: return .debug
            case 0x74_72_61_63_65: return .trace
            case 0x66_61_74_61_6C: return .fatal
            case 0x61_6C_65_72_74: return .fatal
            case 0x65_6D_65_72_67: return .fatal
            case 0x70_61_6E_69_63: return .fatal
            default: return nil
            }
        case 6:
            switch word {
            case 0x73_65_76_65_72_65: return .error  // severe
            case 0x6E_6F_74_69_63_65: return .info  // notice
            default: return nil
            }
        case 7: return word == 0x77_61_72_6E_69_6E_67 ? .warning : nil
        case 8: return word == 0x63_72_69_74_69_63_61_6C ? .fatal : nil
        default: return nil
        }
    }

    private static func packed(_ text: StaticString) -> UInt64 {
        var word: UInt64 = 0
        for offset in 0..<text.utf8CodeUnitCount {
            word = word << 8 | UInt64(text.utf8Start[offset] | 32)
        }
        return word
    }
}
