import Domain
import JSONText
import Quality
import Testing

@Suite("Two versions of a contract")
struct ContractDiffTests {
    private func contract(_ properties: String, version: String = "1.0.0") throws -> Contract {
        let text = """
            apiVersion: v3.1.0
            kind: DataContract
            id: c
            version: \(version)
            status: active
            schema:
              - name: t
                properties:
            \(properties.split(separator: "\n").map { "      " + $0 }.joined(separator: "\n"))
            """
        let (contract, problems) = ContractReader.read(Array(text.utf8), file: "c")
        #expect(problems.map(\.problem) == [])
        return try #require(contract)
    }

    @Test(
        "each change is breaking or not, with its reason",
        arguments: [
            (
                "{name: a}", "{name: b}",
                ["property removed": true, "optional property added": false]
            ),
            (
                "{name: a, logicalType: integer}", "{name: a, logicalType: string}",
                ["logicalType integer → string": true]
            ),
            ("{name: a}", "{name: a, required: true}", ["required false → true": true]),
            ("{name: a, required: true}", "{name: a}", ["required true → false": false]),
            ("{name: a}", "{name: a, unique: true}", ["unique false → true": true]),
            (
                "{name: a, logicalTypeOptions: {maxLength: 5, minimum: 3}}",
                "{name: a, logicalTypeOptions: {maxLength: 4, minimum: 1}}",
                ["maxLength 5 → 4": true, "minimum 3 → 1": false]
            ),
            (
                "{name: a, enum: [x, y]}", "{name: a, enum: [y, z]}",
                ["enum value 'x' removed": true, "enum value 'z' added": false]
            ),
            (
                "{name: a, quality: [{metric: nullValues, mustBeLessThan: 5}]}",
                "{name: a, quality: [{metric: nullValues, mustBeLessOrEqualTo: 9}]}",
                ["rule nullValues < 5 → nullValues <= 9": false]
            ),
            (
                "{name: a, quality: [{metric: nullValues, mustBeLessThan: 5}]}",
                "{name: a, quality: [{metric: nullValues, mustBeBetween: [1, 4]}]}",
                ["rule nullValues < 5 → nullValues between 1 and 4": true]
            ),
            ("{name: a}", "{name: a, description: other}", [:]),
            (
                "{name: a, logicalTypeOptions: {minimum: 3}}",
                "{name: a, logicalTypeOptions: {exclusiveMinimum: 3}}",
                ["minimum 3 → exclusiveMinimum 3": true]
            ),
            (
                "{name: a, relationships: [{to: c.id}]}", "{name: a, relationships: [{to: d.id}]}",
                ["relationship a → c.id removed": false, "relationship a → d.id added": true]
            ),
            (
                "{name: a, properties: [{name: x}], items: {logicalType: string}}",
                "{name: a, properties: [{name: y}], items: {logicalType: integer}}",
                [
                    "property removed": true, "optional property added": false,
                    "logicalType string → integer": true,
                ]
            ),
            (
                "{name: a, quality: [{metric: nullValues, mustBe: 0, severity: info}]}",
                "{name: a, quality: [{metric: nullValues, mustBe: 0}]}",
                ["rule nullValues = 0, only warning → nullValues = 0": true]
            ),
        ])
    func changes(_ old: String, _ new: String, _ expected: [String: Bool]) throws {
        let diff = ContractDiff(from: try contract("- " + old), to: try contract("- " + new))
        let found = Dictionary(
            diff.changes.map { ($0.what, $0.isBreaking) }, uniquingKeysWith: { $0 || $1 })
        #expect(found == expected)
        #expect(diff.changes.allSatisfy { !$0.reason.isEmpty })
    }

    @Test("a breaking change asks for a new major version")
    func version() throws {
        let old = try contract("- {name: a}\n- {name: b}")
        #expect(
            ContractDiff(from: old, to: try contract("- {name: a}", version: "1.1.0"))
                .lacksMajorVersion)
        #expect(
            !ContractDiff(from: old, to: try contract("- {name: a}", version: "2.0.0"))
                .lacksMajorVersion)
    }
}
