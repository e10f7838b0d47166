import Testing

@testable import SparkSources

@Suite("Addresses of servers")
struct ServerAddressTests {
    @Test(
        "the address of any page means its server, behind a proxy too",
        arguments: [
            ("http://h:18080", "h:18080", ""), ("http://h:18080/", "h:18080", ""),
            ("HTTP://h", "h:80", ""), ("http://h:18080/?showIncomplete=true", "h:18080", ""),
            ("http://h:4040/jobs/", "h:4040", ""), ("http://h:4040/jobs/job/?id=1", "h:4040", ""),
            ("http://h:4040/stages/stage/?id=1&attempt=0", "h:4040", ""),
            ("http://h:4040/SQL/execution/?id=0", "h:4040", ""),
            ("http://h:4040/storage/", "h:4040", ""), ("http://h:4040/environment", "h:4040", ""),
            ("http://h:4040/StreamingQuery/", "h:4040", ""),
            ("http://h:4040#top", "h:4040", ""), ("http://[::1]:4040/jobs/", "[::1]:4040", ""),
            ("http://h:18080/history/app-1/jobs/", "h:18080", ""),
            ("http://gate/spark/history/app-1/2/jobs/?x=y", "gate:80", "/spark"),
            ("http://gate:80/spark", "gate:80", "/spark"),
            ("http://h:4040/api/v1/applications/app-1/jobs", "h:4040", ""),
            (
                "http://rm:8088/proxy/application_1_0007/stages/", "rm:8088",
                "/proxy/application_1_0007"
            ),
        ])
    func servers(_ url: String, _ server: String, _ prefix: String) {
        let address = ServerAddress(url: url)
        #expect(address?.authority == server)
        #expect(address?.prefix == prefix)
    }

    @Test(
        "the page of an application names it, and its attempt",
        arguments: [
            ("http://h:18080/history/app-1/jobs/", "app-1", nil),
            ("http://h:18080/history/app-1", "app-1", nil),
            ("http://h:18080/history/application_1_0007/2/SQL/", "application_1_0007", "2"),
            ("http://h/x/api/v1/applications/app-1/1/stages", "app-1", "1"),
            ("http://h:18080/history/a%20b/jobs", "a b", nil), ("http://h:18080", nil, nil),
            ("http://h:4040/jobs/", nil, nil), ("http://h:18080/history/", nil, nil),
        ] as [(String, String?, String?)])
    func applications(_ url: String, _ id: String?, _ attempt: String?) {
        let address = ServerAddress(url: url)
        #expect(address?.application == id)
        #expect(address?.attempt == attempt)
    }

    @Test(
        "other texts are no addresses",
        arguments: [
            "https://h", "h:18080", "http://u@h", "http://h:99999", "http://h:0", "http://h:",
            "http://", "http://:80", "http://[::1", "http://[::1]x", "ftp://h", "",
        ])
    func refused(_ url: String) {
        #expect(ServerAddress(url: url) == nil)
    }
}
