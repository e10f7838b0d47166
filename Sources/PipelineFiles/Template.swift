internal import Domain

/// A text with `{{ … }}` in it, read once and rendered for each attempt.
///
/// The language is the part of Jinja that Airflow's templates use most: names, `params.x`, dates
/// with their filters, `macros.ds_add` and `macros.ds_format`, comments `{# … #}`, whitespace
/// control `{{- … -}}`. Statements `{% … %}` are refused.
public struct Template: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case text(String)
        case value(TemplateExpression, at: SourcePlace)
    }

    private let parts: [Part]

    /// How many bytes a rendered text may have; commands above 128 KiB cannot be started anyway.
    public static let outputLimit = 4 << 20

    /// Reads `text`. Where `params` is given, only parameters of these names may be used.
    ///
    /// - Throws: the first problem, with its place.
    public static func parse(
        _ text: String, params: Set<String>? = nil
    ) throws(TemplateError) -> Template {
        var parser = TemplateParser(text, params: params)
        let parts = parser.parse()
        if let error = parser.errors.first { throw error }
        return Template(parts: parts)
    }

    /// Everything wrong with `text`, in its order; cheap where it holds no template.
    public static func problems(in text: String, params: Set<String>? = nil) -> [TemplateError] {
        check(text, params: params).problems
    }

    /// The same, and what it asks of its run.
    static func check(
        _ text: String, params: Set<String>?
    ) -> (problems: [TemplateError], uses: [TemplateUse]) {
        guard mayHoldTemplate(text) else { return ([], []) }
        var parser = TemplateParser(text, params: params, keepsText: false)
        _ = parser.parse()
        return (parser.errors, parser.uses)
    }

    /// The text for one attempt.
    ///
    /// - Throws: where a parameter is missing, a text is no date, or the output grows over
    ///   ``outputLimit``.
    public func render(_ context: TemplateContext) throws(TemplateError) -> String {
        var output = ""
        for part in parts {
            switch part {
            case .text(let text): output += text
            case .value(let expression, let place):
                do throws(TemplateRefusal) {
                    output += try expression.value(in: context).text
                } catch {
                    throw TemplateError(
                        place: place, problem: error.problem, remedy: error.remedy)
                }
                if output.utf8.count > Self.outputLimit {
                    throw TemplateError(
                        place: place,
                        problem: "the rendered text is longer than \(Self.outputLimit >> 20) MiB",
                        remedy: "Pass large values in a file.")
                }
            }
        }
        return output
    }

    private static func mayHoldTemplate(_ text: String) -> Bool {
        var last: UInt8 = 0
        for byte in text.utf8 {
            if last == UInt8(ascii: "{"),
                byte == UInt8(ascii: "{") || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "#")
            {
                return true
            }
            last = byte
        }
        return false
    }
}

/// Why an expression has no value; the place is known where it stands.
struct TemplateRefusal: Error {
    var problem: String
    var remedy: String
    /// What was asked for is not there; anything else is a mistake.
    var isMissing = false
}
