import Testing

@testable import Codecs

@Suite("Checksums")
struct HashTests {
    @Test("xxHash32 gives the published values")
    func xxHash() {
        func hash(_ text: String, seed: UInt32 = 0) -> UInt32 {
            Array(text.utf8).withUnsafeBytes { xxHash32($0, seed: seed) }
        }
        #expect(hash("") == 0x02CC_5D05)
        #expect(hash("a") == 0x550D_7456)
        #expect(hash("abc") == 0x32D1_53FF)
        #expect(hash("Nobody inspects the spammish repetition") == 0xE229_3B2F)
    }
}
