/// Puts `***` in place of secrets in a stream of bytes, wherever its pieces are cut.
public struct SecretMask: Sendable {
    /// Longest first, so that none shows its end through a shorter one.
    private let secrets: [[UInt8]]
    /// What may be the beginning of a secret.
    private var held: [UInt8] = []

    private static let mask = Array("***".utf8)

    /// Masks these values, and every line of those that have several; empty ones are left out.
    public init(_ values: [String]) {
        var secrets: Set<[UInt8]> = []
        for value in values {
            secrets.insert(Array(value.utf8))
            for line in value.split(whereSeparator: \.isNewline) where line.utf8.count >= 4 {
                secrets.insert(Array(line.utf8))
            }
        }
        self.secrets = secrets.filter { !$0.isEmpty }.sorted {
            ($1.count, $0.first ?? 0) < ($0.count, $1.first ?? 0)
        }
    }

    /// What of the stream can be shown after this piece of it. O(bytes · secrets) at worst.
    public mutating func feed(_ piece: some Collection<UInt8>) -> [UInt8] {
        held.append(contentsOf: piece)
        return take(isLast: false)
    }

    /// The rest of the stream.
    public mutating func finish() -> [UInt8] { take(isLast: true) }

    private mutating func take(isLast: Bool) -> [UInt8] {
        var shown: [UInt8] = []
        shown.reserveCapacity(held.count)
        let firsts = Set(secrets.compactMap(\.first))
        var at = 0
        scan: while at < held.count {
            guard firsts.contains(held[at]) else {
                shown.append(held[at])
                at += 1
                continue
            }
            let rest = held[at...]
            for secret in secrets {
                if rest.starts(with: secret) {
                    shown += Self.mask
                    at += secret.count
                    continue scan
                }
                if !isLast, rest.count < secret.count, secret.starts(with: rest) { break scan }
            }
            shown.append(held[at])
            at += 1
        }
        held.removeFirst(at)
        return shown
    }
}
