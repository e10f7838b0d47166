import CZstd

/// Zstandard frames, any number behind each other (Spark closes one at each flush).
///
/// Format: RFC 8878.
final class ZstdDecoder: StreamDecoder {
    private(set) var damagedPlaces = 0
    private(set) var isInsideBlock = false
    private let context: OpaquePointer?
    private let buffer: UnsafeMutableRawBufferPointer
    /// Looking for the next frame, behind damage.
    private var isLost = false
    /// Bytes of a magic number that were seen while lost.
    private var matched = 0

    private static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

    init() {
        context = ZSTD_createDStream()
        buffer = .allocate(byteCount: 256 << 10, alignment: 16)
    }

    deinit {
        ZSTD_freeDStream(context)
        buffer.deallocate()
    }

    func feed(_ input: UnsafeRawBufferPointer, _ sink: Decompressor.Sink) {
        var position = 0
        while position < input.count || (isInsideBlock && hasFullOutput) {
            if isLost {
                findFrame(input, &position)
                if isLost { return }
                Self.magic.withUnsafeBytes { magic in
                    var start = 0
                    _ = decode(magic, &start, sink)
                }
            }
            if !decode(input, &position, sink) {
                damagedPlaces += 1
                isLost = true
                matched = 0
                isInsideBlock = false
                hasFullOutput = false
                _ = ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
                handOutSeparator(sink)
            }
        }
    }

    /// Whether the last call filled the buffer, so that more may wait inside.
    private var hasFullOutput = false

    private func decode(
        _ input: UnsafeRawBufferPointer, _ position: inout Int, _ sink: Decompressor.Sink
    ) -> Bool {
        var inBuffer = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: position)
        var outBuffer = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
        let result = ZSTD_decompressStream(context, &outBuffer, &inBuffer)
        if outBuffer.pos > 0 { sink(UnsafeRawBufferPointer(rebasing: buffer[..<outBuffer.pos])) }
        if ZSTD_isError(result) != 0 {
            // What was read of the damaged part is not looked at again.
            position = max(inBuffer.pos, min(position + 1, input.count))
            return false
        }
        let hasMoved = inBuffer.pos > position || outBuffer.pos > 0
        position = inBuffer.pos
        isInsideBlock = result != 0
        hasFullOutput = outBuffer.pos == outBuffer.size && result != 0
        if !hasMoved {
            hasFullOutput = false
            if position < input.count { return false }
        }
        return true
    }

    /// Moves behind the next magic number; stays lost where there is none.
    private func findFrame(_ input: UnsafeRawBufferPointer, _ position: inout Int) {
        while position < input.count {
            let byte = input[position]
            position += 1
            if byte == Self.magic[matched] {
                matched += 1
                if matched == Self.magic.count {
                    isLost = false
                    matched = 0
                    return
                }
            } else {
                matched = byte == Self.magic[0] ? 1 : 0
            }
        }
    }
}
