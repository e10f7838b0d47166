internal import Domain

/// What stands between `{{` and `}}`, names resolved and kinds checked.
indirect enum TemplateExpression: Hashable, Sendable {
    case literal(String)
    case number(Int)
    case variable(TemplateVariable)
    case param(String)
    case dateForm(TemplateDateForm, TemplateExpression)
    case datePart(TemplateDatePart, TemplateExpression)
    case strftime(TemplateExpression, TemplateExpression)
    case addDays(TemplateExpression, TemplateExpression)
    case reformat(TemplateExpression, from: TemplateExpression, to: TemplateExpression)
    case quote(TemplateExpression)
    /// What a task wrote: the first part of the path is the key, the others lead into the value.
    case output(TaskID, path: [String])
    case item(path: [String])
    /// A value as JSON.
    case json(TemplateExpression)
    case constant(OutputValue)
    /// All parameters of the run as one object.
    case allParams
    /// The second where the first is missing, or is empty as well.
    case fallback(TemplateExpression, TemplateExpression, onEmpty: Bool)
    case changed(TemplateExpression, by: TemplateTextFilter, [TemplateExpression])
    /// A date moved by lengths of time.
    case moved(TemplateExpression, by: [TemplateMove])

    /// What its value is whatever the context; a parameter counts as text.
    var kind: TemplateValue.Kind {
        switch self {
        case .number, .datePart: .number
        case .variable(let variable): variable.kind
        case .moved: .date
        case .fallback(let value, let other, _) where value.kind == other.kind: value.kind
        case .changed(_, .int, _), .changed(_, .length, _): .number
        default: .text
        }
    }

    func value(in context: TemplateContext) throws(TemplateRefusal) -> TemplateValue {
        switch self {
        case .literal(let text): return .text(text)
        case .number(let number): return .number(number)
        case .variable(let variable): return try variable.value(in: context)
        case .param(let name):
            guard let value = context.params[name] else {
                throw TemplateRefusal(
                    problem: "this run has no parameter '\(name.short)'",
                    remedy: "Give it a default under 'params', or a value when starting the run.",
                    isMissing: true)
            }
            return .text(value)
        case .dateForm(let form, let value):
            return .text(form.text(of: try value.date(in: context)))
        case .datePart(let part, let value):
            return .number(part.number(of: CivilTime(utc: try value.date(in: context))))
        case .strftime(let value, let pattern):
            let pattern = try pattern.value(in: context).text
            return .text(DatePattern.write(try value.date(in: context), by: pattern))
        case .addDays(let day, let count):
            return .text(try sum(of: day, and: count, in: context))
        case .reformat(let day, let from, let to):
            let text = try day.value(in: context).text
            let pattern = try from.value(in: context).text
            guard let date = DatePattern.read(text, by: pattern) else {
                throw TemplateRefusal(
                    problem: "'\(text.short)' is no date by '\(pattern.short)'",
                    remedy: "Give the pattern it is written in, for example '%Y-%m-%d'.")
            }
            return .text(DatePattern.write(date, by: try to.value(in: context).text))
        case .output(let task, let path): return .json(try output(of: task, path, in: context))
        case .item(let path):
            guard let item = context.item else {
                throw TemplateRefusal(
                    problem: "this task is made for no item",
                    remedy: "Use 'item' in a task with 'map'.", isMissing: true)
            }
            return .json(try Self.member(of: item, path[...], of: "the item"))
        case .json(let value):
            switch try value.value(in: context) {
            case .json(let value): return .text(value.json)
            case .number(let number): return .number(number)
            case let other: return .text(OutputValue.text(other.text).json)
            }
        case .constant(let value): return .json(value)
        case .allParams:
            let members = context.params.sorted { $0.key < $1.key }
            return .json(.object(members.map { .init($0.key, .text($0.value)) }))
        case .fallback(let value, let other, let onEmpty):
            do throws(TemplateRefusal) {
                let found = try value.value(in: context)
                if !onEmpty || !found.isEmpty { return found }
            } catch {
                guard error.isMissing else { throw error }
            }
            return try other.value(in: context)
        case .changed(let value, let filter, let arguments):
            var texts: [String] = []
            for argument in arguments { texts.append(try argument.value(in: context).text) }
            return try filter.value(of: try value.value(in: context), texts)
        case .moved(let value, let moves):
            var date = try value.date(in: context)
            for move in moves { date = try move.applied(to: date, in: context) }
            return .date(date)
        case .quote(let value):
            return .text(ShellWord.quoted(try value.value(in: context).text))
        }
    }

    private func output(
        of task: TaskID, _ path: [String], in context: TemplateContext
    ) throws(TemplateRefusal) -> OutputValue {
        let key = path.first ?? TaskOutput.bareKey
        guard let value = context.output(task, key) else {
            throw TemplateRefusal(
                problem: "task '\(task.name.short)' has written no output '\(key.short)'",
                remedy: "Have it write '\(key.short)=VALUE' to $SPILLWAY_OUTPUT, and need it.",
                isMissing: true)
        }
        return try Self.member(of: value, path.dropFirst(), of: "the output '\(key.short)'")
    }

    private static func member(
        of value: OutputValue, _ path: ArraySlice<String>, of what: String
    ) throws(TemplateRefusal) -> OutputValue {
        var value = value
        for name in path {
            guard let member = value[name] else {
                throw TemplateRefusal(
                    problem: "\(what) has no '\(name.short)'",
                    remedy: "It is: \(value.json.short)", isMissing: true)
            }
            value = member
        }
        return value
    }

    private func date(in context: TemplateContext) throws(TemplateRefusal) -> Instant {
        let value = try value(in: context)
        if case .date(let date) = value { return date }
        throw TemplateRefusal(
            problem: "'\(value.text.short)' is no date and time",
            remedy: "Use logical_date, data_interval_start or data_interval_end.")
    }

    private func sum(
        of day: TemplateExpression, and count: TemplateExpression, in context: TemplateContext
    ) throws(TemplateRefusal) -> String {
        let text = try day.value(in: context).text
        let amount = try count.value(in: context).text
        guard let date = DatePattern.read(text, by: "%Y-%m-%d") else {
            throw TemplateRefusal(
                problem: "'\(text.short)' is no date for ds_add",
                remedy: "Write it as '2026-01-02', or use ds.")
        }
        guard let days = Int64(amount), days.magnitude <= 4_000_000 else {
            throw TemplateRefusal(
                problem: "'\(amount.short)' is no number of days for ds_add",
                remedy: "Write a whole number such as 7 or -7.")
        }
        let sum = Instant(seconds: date.seconds + days * 86_400)
        guard (1...9999).contains(CivilTime(utc: sum).year) else {
            throw TemplateRefusal(
                problem: "\(text.short) and \(days) days leave the years 1 to 9999",
                remedy: "Use a smaller number of days.")
        }
        return sum.isoDate
    }
}

/// A number of a date, as Python's date-times call it.
enum TemplateDatePart: String, CaseIterable, Sendable {
    case year, month, day, hour, minute, second

    func number(of time: CivilTime) -> Int {
        switch self {
        case .year: time.year
        case .month: time.month
        case .day: time.day
        case .hour: time.hour
        case .minute: time.minute
        case .second: time.second
        }
    }
}
