import Foundation

/// Spark's REST API: documents of JSON below `/api/v1`.
struct RESTSource: Sendable {
    let client: HTTPClient

    func objects(_ path: String) throws(RemoteError) -> [[String: Any]] {
        guard let list = try json(path) as? [[String: Any]] else {
            throw .wrong(path: path, what: "a list was expected")
        }
        return list
    }

    func object(_ path: String) throws(RemoteError) -> [String: Any] {
        let told = try json(path)
        // One attempt of a stage is a list of one where its attempt was not named.
        guard let object = told as? [String: Any] ?? (told as? [[String: Any]])?.first else {
            throw .wrong(path: path, what: "an object was expected")
        }
        return object
    }

    /// Nil where the server says that there is no such thing.
    func objectsIfAny(_ path: String) throws(RemoteError) -> [[String: Any]]? {
        do { return try objects(path) } catch {
            guard case .status = error else { throw error }
            return nil
        }
    }

    /// Nil where the server says that there is no such thing.
    func objectIfAny(_ path: String) throws(RemoteError) -> [String: Any]? {
        do { return try object(path) } catch {
            guard case .status = error else { throw error }
            return nil
        }
    }

    private func json(_ path: String) throws(RemoteError) -> Any {
        let body = try client.get("/api/v1" + path)
        do {
            return try JSONSerialization.jsonObject(with: Data(body))
        } catch {
            throw .wrong(path: path, what: "it is no JSON")
        }
    }

    static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(
            withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-_.")))
            ?? ""
    }
}
