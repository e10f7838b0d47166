import Domain
import Quality
import Testing

@Suite("Contracts as files")
struct ContractReaderTests {
    @Test("every mistake is told with its place, and the rest is read")
    func mistakes() throws {
        let text = """
            apiVersion: v2.0.0
            kind: DataContract
            id: c
            version: 1
            schema:
              - name: t
                properties:
                  - {name: a, logicalType: integr, required: maybe}
                  - {logicalType: string}
                  - name: b
                    logicalTypeOptions: {maxLength: long}
                    quality:
                      - {metric: nulValues, mustBe: 0}
                      - {metric: nullValues, mustBeBetween: [1]}
                      - 5
              - properties: []
            slaProperties: none
            """
        let (contract, problems) = ContractReader.read(Array(text.utf8), file: "c.yaml")
        #expect(
            problems.map { "\($0.place.line): \($0.problem). \($0.remedy)" } == [
                "1: the contract has no 'status'. Add 'status:'.",
                "1: 'v2.0.0' is no version that is known. Write 'apiVersion: v3.1.0'.",
                "8: 'integr' is no logical type. Write 'integer' instead.",
                "8: 'required' is a text. Write true or false.",
                "9: a property has no 'name'. Add 'name:'.",
                "11: 'maxLength' is a text. Write a number.",
                "13: there is no metric 'nulValues'. Write 'nullValues' instead.",
                "14: 'mustBeBetween' is no pair of numbers. Write [least, most].",
                "15: a quality rule is an integer. Write a map with 'metric:'.",
                "16: an entry of 'schema' has no 'name'. Add 'name:'.",
                "17: 'slaProperties' is a text. Write a list.",
            ])
        #expect(contract?.objects.map(\.name) == ["t"])
        #expect(contract?.objects[0].properties.map(\.name) == ["a", "b"])
        #expect(contract?.version == "1")
    }

    @Test("what is not known is kept", arguments: ["customProperties", "team"])
    func unknownKeys(_ key: String) {
        let text =
            "apiVersion: v3.1.0\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active\n"
            + "\(key): [{property: a, value: b}]\n"
        let (contract, problems) = ContractReader.read(Array(text.utf8), file: "c.yaml")
        #expect(problems.isEmpty)
        #expect(contract?.source[key]?.items?.count == 1)
    }
}
