/// A peer that did not do what it was timed for: what it took says nothing.
struct PeerFailure: Error, CustomStringConvertible {
    var program: String
    var code: Int32

    var description: String { "\(program) ended with \(code)" }
}
