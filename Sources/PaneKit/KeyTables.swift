public import Domain
public import Screen

/// The keys of every context: of each pane, and of the shell for what works everywhere.
public struct KeyTables: Hashable, Sendable {
    /// The shell's name in key files.
    public static let shellName = "everywhere"

    public private(set) var shell: KeyTable
    public private(set) var panes: [PaneName: KeyTable]

    public init(shell: KeyTable, panes: [PaneName: KeyTable]) {
        self.shell = shell
        self.panes = panes
    }

    /// The keys of a pane; none for a pane that does not exist.
    public func table(of pane: PaneName) -> KeyTable { panes[pane] ?? KeyTable([]) }

    /// The contexts by their names in key files, the shell's last.
    public var contexts: [String] { panes.keys.map(\.name).sorted() + [Self.shellName] }

    /// The table of a context by its name in key files.
    public func table(named name: String) -> KeyTable? {
        name == Self.shellName ? shell : panes[PaneName(name)]
    }

    private mutating func set(_ table: KeyTable, named name: String) {
        if name == Self.shellName { shell = table } else { panes[PaneName(name)] = table }
    }
}

/// New keys for an action, as a key file gives them.
public struct KeyChange: Hashable, Sendable {
    /// A pane's name, or ``KeyTables/shellName``.
    public var context: String
    public var action: String
    /// None: the action is left without keys.
    public var sequences: [KeySequence]
    public var place: SourcePlace

    public init(
        context: String, action: String, sequences: [KeySequence], place: SourcePlace
    ) {
        self.context = context
        self.action = action
        self.sequences = sequences
        self.place = place
    }
}

/// What is wrong with a change of keys.
public struct KeyProblem: Hashable, Sendable {
    public var place: SourcePlace
    public var problem: String
    public var remedy: String
}

extension KeyTables {
    /// Gives actions other keys.
    ///
    /// The new keys win over those that are in the tables already: an action that loses a key to a
    /// change keeps its others. What cannot be is left out and told: unknown names, two changes
    /// that want the same key, keys that hide others.
    ///
    /// - Returns: The problems in the order of the changes.
    public mutating func apply(_ changes: [KeyChange]) -> [KeyProblem] {
        var problems: [KeyProblem] = []
        var accepted: [String: [Claim]] = [:]
        for change in changes {
            guard let problem = unknownName(change) else {
                claim(change, &accepted[change.context, default: []], &problems)
                continue
            }
            problems.append(problem)
        }
        for (context, claims) in accepted.sorted(by: { $0.key < $1.key }) {
            give(claims, to: context, changes, &problems)
        }
        tellHidden(accepted, &problems)
        return problems.sorted { $0.place < $1.place }
    }

    /// A key that a change wants for its action.
    private struct Claim {
        var sequence: KeySequence
        var change: KeyChange
    }

    private func unknownName(_ change: KeyChange) -> KeyProblem? {
        guard let table = table(named: change.context) else {
            let nearest = nearestName(to: change.context, among: contexts)
            return KeyProblem(
                place: change.place, problem: "There is no pane '\(change.context)'.",
                remedy: nearest.map { "Write '\($0)' instead." }
                    ?? "Write one of: \(contexts.joined(separator: ", ")).")
        }
        guard table.row(of: change.action) == nil else { return nil }
        let nearest = nearestName(to: change.action, among: table.rows.map(\.action))
        return KeyProblem(
            place: change.place,
            problem: "There is no action '\(change.action)' in '\(change.context)'.",
            remedy: nearest.map { "Write '\($0)' instead." } ?? "'spillway keys' names them all.")
    }

    private func claim(
        _ change: KeyChange, _ claims: inout [Claim], _ problems: inout [KeyProblem]
    ) {
        for sequence in change.sequences {
            let rival = claims.first { $0.sequence.hidesOrIsHidden(by: sequence) }
            guard let rival, rival.change.action != change.action else {
                claims.append(Claim(sequence: sequence, change: change))
                continue
            }
            problems.append(
                KeyProblem(
                    place: change.place,
                    problem: "'\(sequence.label)' cannot be \(change.action): "
                        + "'\(rival.sequence.label)' is \(rival.change.action) "
                        + "(line \(rival.change.place.line)).",
                    remedy: "Give one of them another key."))
        }
    }

    /// Makes the table of a context anew; actions whose keys were taken keep the others.
    private mutating func give(
        _ claims: [Claim], to context: String, _ changes: [KeyChange],
        _ problems: inout [KeyProblem]
    ) {
        guard let table = table(named: context) else { return }
        let changed = Set(changes.filter { $0.context == context }.map(\.action))
        let rows = table.rows.map { row in
            var row = row
            if changed.contains(row.action) {
                row.sequences = claims.filter { $0.change.action == row.action }.map(\.sequence)
                return row
            }
            let before = row.sequences
            row.sequences.removeAll { key in
                claims.contains { $0.sequence.hidesOrIsHidden(by: key) }
            }
            let taker = claims.first { claim in
                before.contains { $0.hidesOrIsHidden(by: claim.sequence) }
            }
            if row.sequences.isEmpty, let taker, !before.isEmpty {
                problems.append(
                    KeyProblem(
                        place: taker.change.place,
                        problem: "'\(taker.sequence.label)' for \(taker.change.action) leaves "
                            + "\(row.action) without a key.",
                        remedy: "Give \(row.action) another key, or write '\(row.action): []'."))
            }
            return row
        }
        set(KeyTable(rows), named: context)
    }

    /// Tells of keys of the shell that a pane hides, and the other way round, where a change is to
    /// blame and the action has no other key there.
    private func tellHidden(_ accepted: [String: [Claim]], _ problems: inout [KeyProblem]) {
        let ofShell = accepted[Self.shellName] ?? []
        for (pane, table) in panes.sorted(by: { $0.key.name < $1.key.name }) {
            let ofPane = accepted[pane.name] ?? []
            guard !ofShell.isEmpty || !ofPane.isEmpty else { continue }
            let paneKeys = table.rows.flatMap(\.sequences)
            for row in shell.rows {
                let hidden = row.sequences.filter { key in
                    paneKeys.contains { key.keys.starts(with: $0.keys) }
                }
                guard let key = hidden.first, hidden.count == row.sequences.count else { continue }
                let claim =
                    ofPane.first { key.keys.starts(with: $0.sequence.keys) }
                    ?? ofShell.first { $0.sequence == key }
                guard let claim else { continue }
                problems.append(
                    KeyProblem(
                        place: claim.change.place,
                        problem: "In '\(pane)', '\(key.label)' does not reach \(row.action): "
                            + "the pane has its own use of it.",
                        remedy: "Give \(row.action) one more key, or the pane's action another."))
            }
            for row in table.rows {
                for key in row.sequences {
                    let cover = shell.rows.flatMap(\.sequences).first {
                        $0.keys.count < key.keys.count && key.keys.starts(with: $0.keys)
                    }
                    let claim =
                        ofPane.first { $0.sequence == key }
                        ?? ofShell.first { $0.sequence == cover }
                    guard let cover, let claim else { continue }
                    problems.append(
                        KeyProblem(
                            place: claim.change.place,
                            problem: "In '\(pane)', '\(key.label)' cannot be typed: "
                                + "'\(cover.label)' works everywhere.",
                            remedy: "Begin the sequence with another key."))
                }
            }
        }
    }
}

extension KeySequence {
    /// Whether one of the two begins the other, so that not both can be typed.
    fileprivate func hidesOrIsHidden(by other: KeySequence) -> Bool {
        keys.starts(with: other.keys) || other.keys.starts(with: keys)
    }
}
