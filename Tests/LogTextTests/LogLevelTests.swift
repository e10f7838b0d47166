import Domain
import LogText
import Testing

@Suite("The level of a line")
struct LogLevelTests {
    @Test(
        "is read from the usual formats",
        arguments: [
            ("26/01/02 03:04:05 ERROR TaskSetManager: lost", .error),
            ("26/01/02 03:04:05 WARN TaskSetManager: ERROR later", .warning),
            ("2026-01-02 03:04:05,678 - app - CRITICAL - down", .fatal),
            ("\u{1B}[2m03:04:05\u{1B}[0m \u{1B}[32mINFO \u{1B}[0m reading", .info),
            ("\u{1B}[1;31mERROR\u{1B}[0m no", .error),
            ("ERROR:root:bad", .error), ("WARNING:root:hm", .warning),
            ("[2026-01-02T03:04:05.678+0000] {taskinstance.py:1} INFO - ok", .info),
            ("03:04:05.123456 [error] [MainThread]: x", .error),
            ("03:04:05.123456 [info ] [MainThread]: x", .info),
            ("03:04:05.123456 [debug] [Thread-1]: x", .debug),
            ("03:04:05    Database Error in model orders (models/orders.sql)", .error),
            ("03:04:05  1 of 3 ERROR creating table", .error),
            ("time=\"x\" level=warning msg=\"y\"", .warning),
            ("ts=1 level=error msg=no", .error), ("lvl=dbug level=\"debug\" x", .debug),
            ("{\"ts\":1,\"level\":\"warn\",\"msg\":\"error\"}", .warning),
            ("{\"severity\" : \"Error\"}", .error), ("{\"levelname\":\"info\"}", .info),
            ("{\"log.level\":\"fatal\"}", .fatal), ("{\"level\":50,\"msg\":\"x\"}", .error),
            ("{\"level\":30}", .info), ("<3>kernel: oops", .error), ("<14>app: hi", .info),
            ("E0102 03:04:05.678901 1 main.go:1] no", .error), ("WARN[0000] careful", .warning),
            ("Traceback (most recent call last):", .error), ("ValueError: bad", .error),
            ("KeyError", .error), ("java.lang.IllegalStateException: no", .error),
            ("Exception in thread \"main\" java.lang.Error", .error),
            ("thread 'main' panicked at src/main.rs:2", .error), ("panic: nil map", .fatal),
            ("main.c:3:4: error: expected ';'", .error), ("warning: unused", .warning),
            ("fatal: not a repository", .fatal), ("<warn> x", .warning), ("(notice) x", .info),
        ] as [(String, LogLevel)])
    func stated(line: String, level: LogLevel) {
        #expect(LogLevel.stated(by: Array(line.utf8)) == level)
    }

    @Test(
        "is not made up from prose, names or parts of words",
        arguments: [
            "", "hello", "0 errors found", "the error was fixed", "ERRORS=0", "MY_ERROR", "xERROR",
            "type=error", "\"kind\":\"error\"", "    at java.lang.Error.<init>(Error.java:1)",
            "<999>x", "<>", "{\"level\":5}", "Errors: 3", "terror: x", "\u{1F600}ERROR",
        ])
    func silent(line: String) {
        #expect(LogLevel.stated(by: Array(line.utf8)) == nil)
    }
}
