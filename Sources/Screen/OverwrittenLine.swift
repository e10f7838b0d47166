/// A line that was written over again and again, as bars of progress are.
public enum OverwrittenLine {
    /// What a terminal leaves of `line`: what stands behind its last carriage return; those at its
    /// end count for nothing. A line without one comes back as it is; O(length).
    public static func remainder(of line: [UInt8]) -> ArraySlice<UInt8> {
        let (carriageReturn, all) = (UInt8(ascii: "\r"), line[...])
        guard line.contains(carriageReturn) else { return all }
        guard let end = line.lastIndex(where: { $0 != carriageReturn }) else { return [] }
        let start = line[...end].lastIndex(of: carriageReturn).map { $0 + 1 } ?? 0
        return line[start...end]
    }
}
