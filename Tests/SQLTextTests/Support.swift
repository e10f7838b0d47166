import SQLText
import TestRandom

/// Pieces of SQL, good and bad, that a random text is made of.
let scraps = [
    "select", "from", "where", "group by", "order by", "t", "a", "\"b c\"", "[x y]", "`q`",
    "'it''s'",
    "E'a\\'b'", "$$body;$$", "$f$ $$ $f$", "/* c */", "/* a /* b */ c */", "-- note\n", "(", ")",
    ",", ";", ".", "1", "1.5e-3", ".5", "0xFF", ":day", "$1", "?", "?2", "@p", "::", "||", "->>",
    "<=", "-", "--", "/*", "'", "\"", "$$", "\n", "  ", "begin", "end", "case", "when 1 then 2",
    "create trigger", "and", "or", "between 1 and 2", "join u on u.id = t.id", "é", "日本", "\u{0}",
    "\r\n", "{'k': 1}", "a[1:2]", "x->'y'", "left join", "union all", "values (1, 2)", "not in",
    "count(*)", "over (partition by a)", "insert into", "delete from", "update", "set", "U&'d'",
    "x'00'", "with q as (select 1 as n)", "~", "!", "@", "#", "%", "&", "|", "\\", "[", "]", "{",
    "}",
]

func randomSQL(_ random: inout SeededRandom, length: Int) -> String {
    var text = ""
    for _ in 0..<length {
        text += scraps.randomElement(using: &random) ?? ""
        if Bool.random(using: &random) { text += " " }
    }
    return text
}

func pieces(_ text: String, _ dialect: SQLDialect = .postgresql) -> [String] {
    let bytes = Array(text.utf8)
    return SQLLexer(dialect).tokens(of: bytes).filter { $0.kind != .space }.map {
        String(decoding: bytes[$0.range], as: UTF8.self)
    }
}
