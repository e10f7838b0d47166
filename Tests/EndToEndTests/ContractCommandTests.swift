import Testing

@Suite("Contracts from commands")
struct ContractCommandTests {
    private static func contract(type: String, more: String = "") -> String {
        """
        apiVersion: v3.1.0
        kind: DataContract
        id: orders
        version: 1.0.0
        status: active
        schema:
          - name: orders
            properties:
              - name: amount
                logicalType: \(type)
        \(more)
        """
    }

    @Test("comparing two versions ends 1 where something breaks, and where a version has mistakes")
    func diff() throws {
        let project = try Project([:])
        try project.write("old.yaml", Self.contract(type: "integer"))
        try project.write("broken.yaml", Self.contract(type: "string"))
        try project.write("odd.yaml", Self.contract(type: "integr"))
        #expect(try project.spillway("contract", "diff", "old.yaml", "old.yaml").code == 0)
        let broken = try project.spillway("contract", "diff", "old.yaml", "broken.yaml")
        #expect(broken.code == 1)
        #expect(broken.output.contains("breaking"))
        let odd = try project.spillway("contract", "diff", "odd.yaml", "odd.yaml")
        #expect(odd.code == 1)
        #expect(odd.errors.contains("integr"))
        #expect(try project.spillway("contract", "diff", "old.yaml", "none.yaml").code == 2)
    }
}
