/// Decompresses one file as it is read, portion by portion.
///
/// The codec is told by the first bytes. Memory is bounded by the largest block a codec allows, not
/// by what a header claims. Damage does not end the file: the decompressor goes on at the next block
/// that it can read, hands out a line feed in between, so that the lines on both sides stay apart,
/// and counts what it passed over.
public final class Decompressor {
    /// Receives decoded bytes; they are valid during the call only.
    public typealias Sink = (UnsafeRawBufferPointer) -> Void

    /// Nil until enough bytes came to tell.
    public private(set) var codec: Codec?
    /// Places where bytes could not be decoded and were passed over.
    public var damagedPlaces: Int { decoder?.damagedPlaces ?? 0 }

    private var head: [UInt8] = []
    private var decoder: (any StreamDecoder)?

    /// - Parameter codec: nil to tell it by the first bytes.
    public init(codec: Codec? = nil) {
        if let codec { choose(codec) }
    }

    /// Decodes the next bytes of the file and hands the result to `sink` in portions.
    public func feed(_ input: UnsafeRawBufferPointer, _ sink: Sink) {
        if let decoder { return decoder.feed(input, sink) }
        if head.isEmpty, input.count >= Codec.magicLength {
            choose(Codec(magic: input.prefix(Codec.magicLength))).feed(input, sink)
            return
        }
        head.append(contentsOf: input)
        if head.count >= Codec.magicLength { decodeHead(sink) }
    }

    /// Decodes what is left at the end of the file.
    ///
    /// - Returns: whether the file ends inside a frame or block, which then is not decoded. More
    ///   may be fed afterwards, where the file is still growing.
    public func finish(_ sink: Sink) -> Bool {
        if decoder == nil, Codec.isCutMagic(head) { return true }
        if decoder == nil, !head.isEmpty { decodeHead(sink) }
        return decoder?.isInsideBlock ?? false
    }

    private func decodeHead(_ sink: Sink) {
        let bytes = head
        head = []
        bytes.withUnsafeBytes { choose(Codec(magic: $0)).feed($0, sink) }
    }

    @discardableResult
    private func choose(_ codec: Codec) -> any StreamDecoder {
        let decoder: any StreamDecoder =
            switch codec {
            case .none: PlainDecoder()
            case .zstd: ZstdDecoder()
            case .gzip: GzipDecoder()
            case .lz4: BlockDecoder(LZ4Framing())
            case .snappy: BlockDecoder(SnappyFraming())
            case .lzf: BlockDecoder(LZFFraming())
            }
        self.codec = codec
        self.decoder = decoder
        return decoder
    }
}

/// One codec at work.
protocol StreamDecoder: AnyObject {
    var damagedPlaces: Int { get }
    /// Whether bytes are held that are no whole block yet.
    var isInsideBlock: Bool { get }
    func feed(_ input: UnsafeRawBufferPointer, _ sink: Decompressor.Sink)
}

/// Handed out where bytes were passed over.
func handOutSeparator(_ sink: Decompressor.Sink) {
    withUnsafeBytes(of: UInt8(ascii: "\n")) { sink($0) }
}

/// Bytes as they are.
final class PlainDecoder: StreamDecoder {
    let damagedPlaces = 0
    let isInsideBlock = false
    func feed(_ input: UnsafeRawBufferPointer, _ sink: Decompressor.Sink) {
        if !input.isEmpty { sink(input) }
    }
}
