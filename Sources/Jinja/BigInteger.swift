/// A whole number beyond 64 bits: it is printed, passed on and compared, not computed with.
///
/// Python computes with whole numbers of any size. In SQL they stand as literals, mostly as limits
/// of decimals, so that their digits are what matters.
final class BigInteger: JinjaObject {
    private let digits: String
    private let isNegative: Bool

    /// - Parameter digits: without a sign and zeros in front.
    init(_ digits: String, isNegative: Bool = false) {
        self.digits = digits
        self.isNegative = isNegative
    }

    var negated: BigInteger { BigInteger(digits, isNegative: !isNegative) }

    override var text: String { (isNegative ? "-" : "") + digits }
    override var typeName: String { "int" }

    override func equals(_ other: JinjaObject) -> Bool {
        (other as? BigInteger)?.text == text
    }

    override func combined(with other: JinjaValue, by symbol: String) throws -> JinjaValue? {
        throw JinjaFault(
            "\(text) \(symbol) … does not fit into 64 bits",
            remedy: "Write it as a float, or leave the computation to the database.")
    }
}
