import LogText
import Testing

@Suite("JSON log lines")
struct JSONLineTests {
    private func fields(_ text: String) -> [String]? {
        JSONLine.fields(of: Array(text.utf8))?.map { "\($0.name)=\($0.value)" }
    }

    @Test("a line that is an object is read as its fields in order, strings without escapes")
    func reading() {
        #expect(
            fields(#"{"level":"info", "n": 3.5 ,"msg":"a \"b\"\n\u00e9\ud83d\ude00","ok":true} "#)
                == ["level=info", "n=3.5", "msg=a \"b\"\né😀", "ok=true"])
        #expect(fields("{}") == [])
        #expect(fields(#"{"in":{"a":[1,"}"]},"x":null}"#) == [#"in={"a":[1,"}"]}"#, "x=null"])
    }

    @Test(
        "what is no whole object is none",
        arguments: ["", "{", "[1]", "INFO x", #"{"a":1"#, #"{"a":1} x"#, #"{"a"}"#, #"{"a":"\x"}"#])
    func others(text: String) {
        #expect(fields(text) == nil)
    }
}
