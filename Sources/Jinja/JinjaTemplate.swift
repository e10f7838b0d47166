public import Domain

/// A parsed template: a value that any number of renders may share.
///
/// The subset is the one that dbt projects use: no `include`, `import`, `extends` and `block`.
public struct JinjaTemplate: Sendable {
    /// The file as the project names it.
    public let file: String
    let bytes: [UInt8]
    let body: [Statement]

    /// The text that was parsed, with `\n` at the end of its lines.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Parses `text`; cost is linear in its length.
    ///
    /// - Throws: the first mistake, with its place.
    public init(file: String, text: String) throws(JinjaError) {
        try self.init(file: file, bytes: Array(text.utf8))
    }

    /// Parses `bytes` as UTF-8; what is no UTF-8 becomes U+FFFD.
    public init(file: String, bytes: [UInt8]) throws(JinjaError) {
        let bytes = Lexer.normalised(bytes)
        self.file = file
        self.bytes = bytes
        do {
            var parser = Parser(tokens: try Lexer.tokens(of: bytes))
            body = try parser.template()
        } catch let fault as SyntaxFault {
            throw Self.error(
                file: file, bytes: bytes, offset: fault.offset, message: fault.message,
                remedy: fault.remedy)
        } catch {
            throw Self.error(
                file: file, bytes: bytes, offset: 0, message: "\(error)",
                remedy: "Correct the template.")
        }
    }

    /// Part of another template, such as the body of a snapshot block.
    private init(file: String, bytes: [UInt8], body: [Statement]) {
        self.file = file
        self.bytes = bytes
        self.body = body
    }

    /// The names of the macros and generic tests that this file defines, in order, with places.
    public var macros: [(name: String, place: SourcePlace)] {
        body.compactMap {
            guard case .macro(let macro) = $0 else { return nil }
            return (macro.name, place(of: macro.offset))
        }
    }

    /// A block that a host reads: its kind (`snapshot`, `materialization`, `docs`), its name, its
    /// place, its content as a template of its own, and that content's text.
    public var hostBlocks:
        [(kind: String, name: String, place: SourcePlace, content: JinjaTemplate, text: String)]
    {
        body.compactMap {
            guard case .hostBlock(let block) = $0 else { return nil }
            return (
                block.kind, block.name, place(of: block.offset),
                JinjaTemplate(file: file, bytes: bytes, body: block.body),
                String(decoding: bytes[block.bodyRange], as: UTF8.self)
            )
        }
    }

    /// The line and column of a byte offset.
    func place(of offset: Int) -> SourcePlace { Self.place(of: offset, in: bytes) }

    func error(at offset: Int, _ message: String, remedy: String, calls: [String]) -> JinjaError {
        Self.error(
            file: file, bytes: bytes, offset: offset, message: message, remedy: remedy,
            calls: calls)
    }

    private static func place(of offset: Int, in bytes: [UInt8]) -> SourcePlace {
        var line = 1
        var start = 0
        let end = min(offset, bytes.count)
        for index in 0..<end where bytes[index] == 10 {
            line += 1
            start = index + 1
        }
        let column = bytes[start..<end].count { $0 & 0xC0 != 0x80 } + 1
        return SourcePlace(line: line, column: column)
    }

    private static func error(
        file: String, bytes: [UInt8], offset: Int, message: String, remedy: String,
        calls: [String] = []
    ) -> JinjaError {
        let end = min(offset, bytes.count)
        let start = bytes[..<end].lastIndex(of: 10).map { $0 + 1 } ?? 0
        let stop = bytes[end...].firstIndex(of: 10) ?? bytes.count
        return JinjaError(
            file: file, place: place(of: offset, in: bytes),
            lineText: String(decoding: bytes[start..<stop], as: UTF8.self), message: message,
            remedy: remedy, calls: calls)
    }
}

/// The nearest of `names`; a name of its own so that the parser need not import.
func nearest(to name: String, among names: Set<String>) -> String? {
    nearestName(to: name, among: names.sorted())
}

/// A place in a template; its line is looked up only when asked for.
public struct JinjaPosition: Sendable {
    let template: JinjaTemplate
    let offset: Int

    /// A problem at this place.
    public func problem(
        _ message: String, remedy: String, severity: SourceProblem.Severity = .error
    ) -> SourceProblem {
        var problem = template.error(at: offset, message, remedy: remedy, calls: [])
            .asSourceProblem
        problem.severity = severity
        return problem
    }
}
