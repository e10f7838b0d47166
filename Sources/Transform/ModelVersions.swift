/// The `versions:` of a model in a properties file.
struct ModelVersions {
    struct Version {
        /// As it is written: `2`, `2.1`, `beta`.
        var label: String
        /// The file's name without its ending, where `defined_in` gives it.
        var file: String?
        var isLatest: Bool
        var value: YAMLValue
    }

    let all: [Version]
    private let model: YAMLValue

    init(_ model: YAMLValue) {
        self.model = model
        let items = model["versions"]?.items ?? []
        let labels = items.compactMap { $0["v"]?.plain.text }
        let latest =
            model["latest_version"]?.plain.text ?? labels.max { Self.isEarlier($0, $1) }
        all = items.compactMap { item in
            item["v"].map { label in
                Version(
                    label: label.plain.text, file: item["defined_in"]?.text,
                    isLatest: label.plain.text == latest, value: item)
            }
        }
    }

    /// The stems of the files that may hold `version`, the likeliest first.
    func stems(of version: Version, name: String) -> [String] {
        if let file = version.file { return [file] }
        return ["\(name)_v\(version.label)"] + (version.isLatest ? [name] : [])
    }

    /// The model's entry as one version has it: its own keys over the common ones, its columns.
    func merged(_ version: Version) -> YAMLValue {
        let hidden = ["versions", "latest_version"]
        var pairs = model.pairs.filter { !hidden.contains($0.key) }
        for pair in version.value.pairs
        where !["v", "defined_in", "columns", "config"].contains(pair.key) {
            let tests = ["tests", "data_tests"]
            pairs.removeAll {
                $0.key == pair.key || (tests.contains(pair.key) && tests.contains($0.key))
            }
            pairs.append(pair)
        }
        guard let columns = version.value.pairs.first(where: { $0.key == "columns" }) else {
            return YAMLValue(place: model.place, content: .map(pairs))
        }
        let common = model["columns"]?.items ?? []
        let rule = columns.value.items.first { $0["include"] != nil || $0["exclude"] != nil }
        let excluded = Set(rule?["exclude"]?.items.compactMap(\.text) ?? [])
        let included = rule?["include"]?.items.compactMap(\.text) ?? ["all"]
        let takesAll = included.contains("all") || included.contains("*")
        let kept = common.filter { column in
            let name = column["name"]?.text ?? ""
            return (takesAll || included.contains(name)) && !excluded.contains(name)
        }
        let own = columns.value.items.filter { $0["name"] != nil }
        let names = Set(own.compactMap { $0["name"]?.text })
        let list = kept.filter { !names.contains($0["name"]?.text ?? "") } + own
        pairs.removeAll { $0.key == "columns" }
        pairs.append(
            YAMLValue.Pair(
                key: "columns", place: columns.place,
                value: YAMLValue(place: columns.value.place, content: .list(list))))
        return YAMLValue(place: model.place, content: .map(pairs))
    }

    /// Numbers by their value, before texts.
    static func isEarlier(_ left: String, _ right: String) -> Bool {
        switch (Double(left), Double(right)) {
        case (let one?, let two?): one < two
        case (.some, nil): true
        case (nil, .some): false
        case (nil, nil): left < right
        }
    }
}

extension ProjectLoader {
    /// Says where `latest_version` names none of the versions.
    private func checkLatest(
        _ versions: ModelVersions, of name: String, _ entry: Properties.Entry
    ) {
        guard let latest = entry.value["latest_version"] else { return }
        let label = latest.plain.text
        let known = versions.all.map(\.label)
        guard !known.contains(label) else { return }
        problems.append(
            problem(
                entry.file, latest.place,
                "latest_version \(label) is none of the versions of '\(name)'",
                known.isEmpty
                    ? "Add 'versions:' to the model, or remove 'latest_version'."
                    : "Write one of \(known.joined(separator: ", ")), or add it to 'versions:'."))
    }

    /// Which version of which model each file of `package` holds, by the file's stem.
    func versionedFiles(
        of package: PackageSettings
    ) -> [String: (name: String, version: ModelVersions.Version)] {
        var result: [String: (String, ModelVersions.Version)] = [:]
        for (key, entry) in properties.patches
        where key.hasPrefix("models/\(package.name)/") {
            guard entry.value["versions"] != nil else {
                checkLatest(
                    ModelVersions(entry.value), of: entry.value["name"]?.text ?? "", entry)
                continue
            }
            guard let name = entry.value["name"]?.text else { continue }
            let versions = ModelVersions(entry.value)
            checkLatest(versions, of: name, entry)
            let files = Set(
                paths(of: package, in: package.modelPaths, ending: ".sql").map {
                    String($0.split(separator: "/").last?.dropLast(4) ?? "")
                })
            for version in versions.all {
                let stems = versions.stems(of: version, name: name)
                guard let stem = stems.first(where: { files.contains($0) }) else {
                    problems.append(
                        problem(
                            entry.file, version.value.place,
                            "there is no file for version \(version.label) of '\(name)'",
                            "Add \(stems[0]).sql, or name its file with 'defined_in'."))
                    continue
                }
                result[stem] = (name, version)
            }
        }
        return result
    }
}
