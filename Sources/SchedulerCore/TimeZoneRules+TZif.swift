import Domain

extension TimeZoneRules {
    /// Reads a TZif file of version 1 to 4 (RFC 9636), as `/usr/share/zoneinfo` holds them.
    ///
    /// Files that count leap seconds (`right/…`) are refused, as instants do not count them.
    ///
    /// - Throws: ``TimeZoneError`` for anything that is no such file.
    public init(name: String, tzif bytes: [UInt8]) throws(TimeZoneError) {
        var reader = TZifReader(name: name, bytes: bytes[...])
        var block = try reader.header()
        if block.version >= 0x32 {
            try reader.skip(block.size(timeWidth: 4))
            block = try reader.header()
            let changes = try reader.body(block, timeWidth: 8)
            let footer = try reader.footer()
            self.init(name: name, first: changes.first, changes: changes.list, footer: footer)
        } else {
            let changes = try reader.body(block, timeWidth: 4)
            self.init(name: name, first: changes.first, changes: changes.list, footer: nil)
        }
    }

    private init(
        name: String, first: Int64, changes: [(at: Int64, offset: Int64)], footer: PosixZone?
    ) {
        guard let footer else {
            self.init(name: name, first: first, changes: changes, repeatsFrom: nil)
            return
        }
        let last = changes.last?.at
        guard footer.daylight != nil else {
            let end = last == nil ? footer.standardOffset : first
            self.init(name: name, first: end, changes: changes, repeatsFrom: nil)
            return
        }
        // Without a transition the footer holds for all times; 1800 is before every civil clock.
        let year = last.map { CivilTime(secondsSinceEpoch: $0).year } ?? 1_800
        var all = changes
        for next in year...(year + 404) {
            for change in footer.changes(in: next) where change.at > last ?? .min {
                all.append(change)
            }
        }
        // Rules may let a change of one year fall after the first of the next; equal times keep
        // their order.
        let order = all.indices.sorted { (all[$0].at, $0) < (all[$1].at, $1) }
        all = order.map { all[$0] }
        let repeatsFrom = CivilTime(year: year + 2, month: 1, day: 2).secondsSinceEpoch
        self.init(
            name: name, first: last == nil ? footer.standardOffset : first, changes: all,
            repeatsFrom: repeatsFrom)
    }
}

/// Takes the parts of a TZif file from its bytes, never past their end.
private struct TZifReader {
    let name: String
    var bytes: ArraySlice<UInt8>

    struct Header {
        var version: UInt8
        var isUTCCount, isStandardCount, leapCount, timeCount, typeCount, charCount: Int

        /// Bytes of the block that follows; counts of 32 bits cannot overflow it.
        func size(timeWidth: Int) -> Int {
            timeCount * (timeWidth + 1) + typeCount * 6 + charCount
                + leapCount * (timeWidth + 4) + isStandardCount + isUTCCount
        }
    }

    func refuse(_ what: String) -> TimeZoneError {
        TimeZoneError(
            problem: "The file of the time zone '\(name)' is damaged: \(what).",
            remedy: "Install the system's time zone files (package tzdata) again.")
    }

    mutating func take(_ count: Int) throws(TimeZoneError) -> ArraySlice<UInt8> {
        guard bytes.count >= count else { throw refuse("it ends too early") }
        defer { bytes = bytes.dropFirst(count) }
        return bytes.prefix(count)
    }

    mutating func skip(_ count: Int) throws(TimeZoneError) { _ = try take(count) }

    /// A big-endian two's-complement number.
    mutating func number(_ width: Int) throws(TimeZoneError) -> Int64 {
        let raw = try take(width).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return width == 4 ? Int64(Int32(truncatingIfNeeded: raw)) : Int64(bitPattern: raw)
    }

    mutating func count() throws(TimeZoneError) -> Int {
        Int(UInt32(truncatingIfNeeded: try number(4)))
    }

    mutating func header() throws(TimeZoneError) -> Header {
        guard try take(4).elementsEqual("TZif".utf8) else {
            throw refuse("it does not begin with TZif")
        }
        let version = try take(16).first ?? 0
        let header = Header(
            version: version, isUTCCount: try count(), isStandardCount: try count(),
            leapCount: try count(), timeCount: try count(), typeCount: try count(),
            charCount: try count())
        guard (1...256).contains(header.typeCount) else {
            throw refuse("it has \(header.typeCount) kinds of local time")
        }
        return header
    }

    mutating func body(
        _ header: Header, timeWidth: Int
    ) throws(TimeZoneError) -> (first: Int64, list: [(at: Int64, offset: Int64)]) {
        guard header.leapCount == 0 else {
            throw TimeZoneError(
                problem: "The time zone '\(name)' counts leap seconds.",
                remedy: "Use the zone of the same name without 'right/'.")
        }
        guard bytes.count >= header.size(timeWidth: timeWidth) else {
            throw refuse("it ends too early")
        }
        var times: [Int64] = []
        for _ in 0..<header.timeCount {
            let time = try number(timeWidth)
            guard times.last.map({ $0 < time }) ?? true else {
                throw refuse("its transitions are not in order")
            }
            times.append(time)
        }
        let kinds = try take(header.timeCount)
        var offsets: [Int64] = []
        for _ in 0..<header.typeCount {
            let offset = try number(4)
            // RFC 9636, 3.2: within −25 to +26 hours.
            guard (-93_599...93_599).contains(offset) else {
                throw refuse("an offset of \(offset) seconds")
            }
            offsets.append(offset)
            try skip(2)
        }
        try skip(header.charCount + header.isStandardCount + header.isUTCCount)
        var changes: [(at: Int64, offset: Int64)] = []
        for (time, kind) in zip(times, kinds) {
            guard Int(kind) < offsets.count else { throw refuse("an unknown kind of local time") }
            // Some files begin with the Big Bang; no instant is that early.
            let bound = TimeZoneRules.Period.forever / 2
            changes.append((min(max(time, -bound), bound), offsets[Int(kind)]))
        }
        return (offsets[0], changes)
    }

    /// The POSIX rule between the two line ends; nil where it is empty.
    mutating func footer() throws(TimeZoneError) -> PosixZone? {
        guard try take(1).first == 10, let end = bytes.firstIndex(of: 10) else {
            throw refuse("its last line is missing")
        }
        let text = bytes[bytes.startIndex..<end]
        if text.isEmpty { return nil }
        guard let zone = PosixZone(Array(text)) else { throw refuse("its last line is no rule") }
        return zone
    }
}
