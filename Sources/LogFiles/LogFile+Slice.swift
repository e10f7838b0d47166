public import Domain

extension LogFile {
    /// The lines around `anchor`: up to `linesBefore` that end before it and up to `linesAfter`
    /// from it on, the anchor's own line being the first of these.
    ///
    /// Cost: the blocks that hold these lines, not the file; a line end is searched through at
    /// most 64 MiB in each direction (see ``LogLine/isMeasured``). A line keeps at most
    /// `maxBytesPerLine` bytes from its start. `maxTotalBytes` bounds memory, 64 bytes a line
    /// being added for its upkeep: lines far from the anchor are left out first, and one line is
    /// always given. Negative numbers count as 0. A line number that the index has not reached
    /// gives the lines where the index has come to: see `LogSlice.firstLineNumber`.
    public func slice(
        anchor: LogAnchor, linesBefore: Int, linesAfter: Int, maxBytesPerLine: Int = 64 * 1_024,
        maxTotalBytes: Int = 8 << 20
    ) throws(LogFileError) -> LogSlice {
        for _ in 0..<8 {
            let view = try view()
            guard let file = view.file else {
                return LogSlice(
                    lines: [], fileSize: 0, endOffset: 0, generation: view.status.generation)
            }
            var reader = LineReader(
                blocks: BlockReader(
                    file: file, size: view.status.size, gaps: view.gaps, effort: 0,
                    blockBytes: tuning.blockBytes),
                maxBytesPerLine: max(0, maxBytesPerLine), effort: tuning.searchEffort)
            do {
                let start = try reader.start(of: byteAnchor(anchor, in: view))
                let (lines, end) = try reader.lines(
                    around: start, before: linesBefore, after: linesAfter,
                    maxTotalBytes: maxTotalBytes)
                remember(reader.blocks.gaps, generation: view.status.generation)
                return LogSlice(
                    lines: lines, fileSize: view.status.size, endOffset: end,
                    firstLineNumber: try lineNumber(
                        at: lines.first?.offset ?? start.offset, in: view),
                    lineCount: try lineCount(in: view), generation: view.status.generation)
            } catch is BlockReader.Shrunk {
                continue
            } catch let error as LogFileError {
                throw error
            } catch {
                preconditionFailure("a read throws nothing else: \(error)")
            }
        }
        throw .unsteady(path: path)
    }

    /// A line number as an offset: needs the index; a line beyond what it has reached is the first
    /// line not yet indexed, or the end of the file.
    private func byteAnchor(_ anchor: LogAnchor, in view: View) throws -> LogAnchor {
        guard case .line(let number) = anchor else { return anchor }
        if let offset = try offset(ofLine: max(0, number), in: view) { return .byte(offset) }
        return view.index.reached < view.status.size ? .byte(view.index.reached) : .end
    }
}
