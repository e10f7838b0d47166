import Domain
import PipelineFiles
import Testing

@Suite("Parameters of a run")
struct ParameterTests {
    private func pipeline() throws -> Pipeline {
        try #require(read(GoodFileTests.orders).pipeline)
    }

    @Test("what is not given has its default")
    func defaults() throws {
        let (values, problems) = try pipeline().parameterValues(
            given: ["ticket": "it's 5", "limit": "+7", "full": "TRUE"])
        #expect(problems == [])
        #expect(
            values == [
                "ticket": "it's 5", "limit": "7", "full": "true", "region": "eu", "rate": "0.5",
            ])
    }

    @Test("each value that cannot be is told")
    func problems() throws {
        let (_, problems) = try pipeline().parameterValues(
            given: ["regoin": "eu", "region": "uss", "limit": "many", "rate": "nan", "full": "1"])
        #expect(
            problems.map { "\($0.problem) | \($0.remedy)" } == [
                "pipeline 'orders_daily' has no parameter 'regoin' | Write 'region'.",
                "parameter 'region' cannot be 'uss' | Write 'us'.",
                "parameter 'limit' must be of type integer, but 'many' was given | Write a number.",
                "parameter 'rate' must be of type number, but 'nan' was given | Write a number.",
                "parameter 'full' must be of type boolean, but '1' was given"
                    + " | Write true or false.",
                "parameter 'ticket' has no value"
                    + " | It has no default: give one, for example --param ticket=VALUE.",
            ])
    }
}
