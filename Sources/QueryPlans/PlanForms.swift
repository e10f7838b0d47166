public import JSONText

extension QueryPlan {
    /// Reads a plan in any of the forms that plans are kept in: what ``json`` wrote, PostgreSQL's
    /// `EXPLAIN (FORMAT JSON)` (also as `auto_explain` logs it), DuckDB's `EXPLAIN (FORMAT JSON)` and
    /// profiles of queries.
    public init(inAnyForm json: JSONValue) throws(PlanReadingError) {
        let first = json.elements.first ?? json
        let query = first[anyOf: "query", "Query Text", "query_name"]?.string ?? ""
        if json["root"] != nil {
            try self.init(reading: json)
        } else if first["Plan"] != nil {
            self = try PostgresPlanReader.read(json, query: query)
        } else if first[anyOf: "children", "operator_type", "operator_name", "name"] != nil {
            self = try DuckDBPlanReader.read(json, query: query)
        } else {
            throw PlanReadingError(
                what: "it is neither a plan of Spillway nor one of PostgreSQL or DuckDB")
        }
    }
}
