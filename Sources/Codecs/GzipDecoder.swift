import CZlib

/// Gzip members, any number behind each other.
///
/// Format: RFC 1952.
final class GzipDecoder: StreamDecoder {
    private(set) var damagedPlaces = 0
    private(set) var isInsideBlock = false
    /// Has an address of its own: zlib keeps it.
    private let stream: UnsafeMutablePointer<z_stream>
    private let buffer: UnsafeMutableRawBufferPointer
    private var isReady: Bool
    private var isLost = false
    private var previous: UInt8 = 0

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        buffer = .allocate(byteCount: 256 << 10, alignment: 16)
        // 15 bits of window, plus 16 for the gzip header.
        isReady =
            inflateInit2_(stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
        buffer.deallocate()
    }

    func feed(_ input: UnsafeRawBufferPointer, _ sink: Decompressor.Sink) {
        guard isReady else { return }
        var position = 0
        while position < input.count {
            if isLost {
                findMember(input, &position)
                if isLost { return }
                let magic: [UInt8] = [0x1F, 0x8B]
                magic.withUnsafeBytes { bytes in
                    var start = 0
                    _ = decode(bytes, &start, sink)
                }
            }
            // zlib counts in 32 bits.
            let piece = UnsafeRawBufferPointer(
                rebasing: input[position..<min(input.count, position + (1 << 30))])
            var used = 0
            let isSound = decode(piece, &used, sink)
            position += used
            if !isSound {
                damagedPlaces += 1
                isLost = true
                previous = 0
                isInsideBlock = false
                inflateReset(stream)
                if used == 0 { position += 1 }
                handOutSeparator(sink)
            }
        }
    }

    private func decode(
        _ input: UnsafeRawBufferPointer, _ position: inout Int, _ sink: Decompressor.Sink
    ) -> Bool {
        guard let base = input.bindMemory(to: UInt8.self).baseAddress else { return true }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: base)
        stream.pointee.avail_in = UInt32(input.count)
        defer { position = input.count - Int(stream.pointee.avail_in) }
        var isOutputFull = false
        while stream.pointee.avail_in > 0 || isOutputFull {
            stream.pointee.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(buffer.count)
            let status = inflate(stream, Z_NO_FLUSH)
            let count = buffer.count - Int(stream.pointee.avail_out)
            if count > 0 { sink(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
            isOutputFull = stream.pointee.avail_out == 0
            switch status {
            case Z_OK:
                isInsideBlock = true
            case Z_STREAM_END:
                isInsideBlock = false
                isOutputFull = false
                inflateReset(stream)
            case Z_BUF_ERROR:
                // Nothing to be had without more input.
                return true
            default:
                return false
            }
        }
        return true
    }

    private func findMember(_ input: UnsafeRawBufferPointer, _ position: inout Int) {
        while position < input.count {
            let byte = input[position]
            position += 1
            if previous == 0x1F, byte == 0x8B {
                isLost = false
                return
            }
            previous = byte
        }
    }
}
