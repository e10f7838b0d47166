"""Prints random tables, random expectations and what Great Expectations finds on SQLite.

    python3 generate.py SEED… > measured.json

A list, one object a seed: `columns` (name and declared type), `rows`, and `results`: type,
kwargs, success and the fields of the result; `raised` where Great Expectations gave an exception.
The same seed gives the same table and expectations on any version; from 1000 on names and values are
odd ones.
"""
import json, logging, os, random, sqlite3, sys, tempfile, warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
os.environ["GX_ANALYTICS_ENABLED"] = "false"

WORDS = ["a", "b", "B", "abc", "x y", "it's", "é", "ZZ", "9", "", 'q"q', "100%", "a_b", "A\\b",
         "naïve", "日本", "tab\there", " lead", "trail ", "NULL", "0", "-1", "1e3", "a.b", "a+b"]
REGEXES = ["^[a-z]+$", "b", r"\d", r"^u\d+$", "^.$", "(a|b)c?", "[^a-z]", r"\s", "^(?!u)",
           "é|Z{2}", "^$", r"^\w+$", r"\bb\b", "(?i)abc", r"^[A-Z]{2}$", r"\.", "a{0,2}b", r"^\S+$",
           r"[^@]+@[^@]+\.[a-z]{2,3}$", r"^\d{4}-\d{2}-\d{2}$", "x*", r"^(?P<n>a).*", r"(a).*\1",
           r"^[\w.]+@", "[[:alpha:]]", "^u[0-9]*[02468]$", "", r"\Aa", "e?é", "^-?[0-9]+$"]
LIKES = ["a%", "%b", "_", "u%", "%'%", "%", "", "A%", "%\\%%", "100%", "__", "%é%", "a_b", "%.%"]
FORMATS = ["%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y", "%H:%M", "%Y%m%d", "%b %d %Y"]


ODD = ['or"der', "select", "a b", " lead", "ünï", "x'y", "Total%", "group"]
ODD_VALUES = [0, 1, -1, 2, 1.5, "1", "1.0", "", " ", "a", "A", "é", "É", 2 ** 62, 1e300, "x" * 300, "null", "0x1F", "2024-01-01", "a\nb"]


class OddCase:
    """Names that SQL must quote, columns without a type, numbers beside texts in one column."""

    def __init__(self, seed):
        self.r = r = random.Random(seed)
        types = ["", "INTEGER", "TEXT", "NUMERIC", "REAL", "VARCHAR(3)", "BLOB", "DATE"]
        self.names = dict(zip(ODD, r.sample(types, len(ODD))))
        self.count = r.choice([0, 1, 5, 60])
        few = r.sample(ODD_VALUES, 6)
        self.rows = [[None if r.random() < .15 else r.choice(few if k % 2 else ODD_VALUES) for k in range(len(ODD))] for _ in range(self.count)]
        self.list = []

    def add(self, name, **kwargs):
        self.list.append({"type": "expect_" + name, "kwargs": kwargs})

    def fill(self, count):
        r, add = self.r, self.add
        for _ in range(count):
            column, other = r.sample(ODD, 2)
            m = {} if r.random() < .5 else {"mostly": r.choice([0, .3, .5, .9, 1])}
            values = r.sample(ODD_VALUES, r.randint(1, 6))
            choice = r.randint(0, 15)
            if choice == 0: add("column_values_to_not_be_null", column=column, **m)
            if choice == 1: add("column_values_to_be_null", column=column, **m)
            if choice == 2: add("column_values_to_be_unique", column=column, **m)
            if choice == 3: add("column_values_to_be_in_set", column=column, value_set=values, **m)
            if choice == 4: add("column_values_to_not_be_in_set", column=column, value_set=values, **m)
            if choice == 5: add("column_values_to_match_regex", column=column, regex=r.choice(["^[a-z]", "1", "^.$", "é", r"\s", "^$", "(?s)^a.b$"]), **m)
            if choice == 6: add("column_values_to_match_like_pattern", column=column, like_pattern=r.choice(["a%", "%", "É", "_", "%1%"]), **m)
            if choice == 7: add("column_value_lengths_to_be_between", column=column, min_value=r.randint(0, 2), max_value=r.randint(2, 9), **m)
            if choice == 8: add("compound_columns_to_be_unique", column_list=[column, other], **m)
            if choice == 9: add("column_pair_values_to_be_equal", column_A=column, column_B=other, **m)
            if choice == 10: add("column_unique_value_count_to_be_between", column=column, min_value=0, max_value=r.randint(0, 9))
            if choice == 11: add("column_proportion_of_unique_values_to_be_between", column=column, min_value=.1, max_value=.9)
            if choice == 12: add("column_distinct_values_to_be_in_set", column=column, value_set=values)
            if choice == 13: add("column_distinct_values_to_contain_set", column=column, value_set=values[:2])
            if choice == 14: add("select_column_values_to_be_unique_within_record", column_list=[column, other], **m)
            if choice == 15: add("column_to_exist", column=r.choice([column, column.upper(), "nope"]))


class Case:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.names = {
            "id": "INTEGER", "i": "INTEGER", "j": "BIGINT", "r": "REAL", "p": "FLOAT",
            "d": "DECIMAL(10,2)", "s": "TEXT", "u": "VARCHAR(20)", "e": "TEXT", "day": "DATE",
            "at": "TIMESTAMP", "mail": "TEXT", "doc": "TEXT", "flag": "BOOLEAN", "when": "TEXT",
            "Mixed Case": "TEXT", "big": "BIGINT"}
        self.count = self.r.choice([0, 1, 2, 3, 7, 20, 40, 40, 150, 150, 400])
        self.rows = [self.row(k) for k in range(self.count)]
        self.list = []

    def maybe(self, value, share):
        return None if self.r.random() < share else value

    def row(self, k):
        r = self.r
        day = "2024-%02d-%02d" % (r.randint(1, 12), r.randint(1, 28))
        at = day + " %02d:%02d:%02d" % (r.randint(0, 23), r.randint(0, 59), r.randint(0, 59))
        return [
            k if r.random() < .97 else r.randint(0, max(1, k)), self.maybe(r.randint(-5, 8), .1),
            self.maybe(r.randint(0, 4), .2), self.maybe(round(r.gauss(50, 20), 2), .05),
            self.maybe(r.random(), .02), self.maybe(round(r.uniform(-3, 100), 2), .1),
            self.maybe(r.choice(WORDS), .15),
            self.maybe("u%d" % r.randint(0, max(1, self.count)), .02), None, self.maybe(day, .1),
            self.maybe(at, .1),
            self.maybe(r.choice(["a@b.co", "x.y@z.org", "bad", "a@b", "@", "q@w.info"]), .1),
            self.maybe(r.choice(['{"a": 1}', "[1,2]", "{", "3", "null", "x", '{"a": {"b": []}}',
                                 "NaN", "'a'", "", " 1 ", "{\"a\":1,}"]), .1),
            self.maybe(r.randint(0, 1), .1),
            self.maybe(r.choice([day, at, "12/05/2024", "2024-13-01", "x", "10:30", "20240105",
                                 "Jan 05 2024", "2024-2-3", "2023-02-29"]), .1),
            self.maybe(r.choice(WORDS), .05),
            self.maybe(r.choice([0, 1, 2 ** 31, 2 ** 53 + 1, -2 ** 40, 10 ** 12]), .1)]

    def mostly(self):
        r = self.r
        if r.random() < .4:
            return {}
        return {"mostly": r.choice([0, .1, .3, .5, .75, .8, .9, .95, .97, .99, 1, 1.0])}

    def condition(self):
        r = self.r
        if r.random() < .65:
            return {}
        texts = ['col("i") > 1', 'col("j") == 2', 'col("s") == "a"', 'col("r").notNull()',
                 'col("s") != "b"', 'col("r") >= 40.5', "col('i') < 0", 'col("day") > date("2024-05-01")',
                 'col("Mixed Case") == "abc"', 'col("i") > 100', 'col("i") >= -2']
        if r.random() < .6:
            return {"row_condition": r.choice(texts), "condition_parser": r.choice(
                ["great_expectations", "great_expectations", "great_expectations__experimental__"])}

        def leaf():
            c = r.choice(["i", "j", "s", "r", "day"])
            if r.random() < .25:
                return {"type": "nullity", "column": {"name": c}, "is_null": r.random() < .4}
            if r.random() < .3:
                return {"type": "comparison", "column": {"name": "i"},
                        "operator": r.choice(["IN", "NOT_IN"]),
                        "parameter": [r.randint(-5, 8) for _ in range(r.randint(1, 5))]}
            value = {"i": r.randint(-5, 8), "j": r.randint(0, 4), "s": r.choice(WORDS),
                     "r": r.randint(30, 70), "day": "2024-06-01"}[c]
            return {"type": "comparison", "column": {"name": c}, "parameter": value,
                    "operator": r.choice(["==", "!=", "<", "<=", ">", ">="])}

        x = leaf() if r.random() < .5 else {
            "type": r.choice(["and", "or"]), "conditions": [leaf() for _ in range(r.randint(2, 3))]}
        return {"row_condition": x}

    def range(self, low, high, whole=True):
        r = self.r
        pick = (lambda: r.randint(low, high)) if whole else (lambda: round(r.uniform(low, high), 2))
        x = sorted([pick(), pick()])
        if r.random() < .1:
            x[1] = x[0]
        found = {}
        if r.random() < .8:
            found["min_value"] = x[0]
        if r.random() < .8 or not found:
            found["max_value"] = x[1]
        if r.random() < .3 and "min_value" in found:
            found["strict_min"] = True
        if r.random() < .3 and "max_value" in found:
            found["strict_max"] = True
        return found

    def dates(self, low="2024-01-01", high="2024-12-31"):
        x = sorted("2024-%02d-%02d" % (self.r.randint(1, 12), self.r.randint(1, 28)) for _ in "ab")
        return {k: v for k, v in zip(["min_value", "max_value"], x) if self.r.random() < .8} or {
            "min_value": low}

    def times(self):
        found = self.dates()
        return {k: v + self.r.choice(["T10:00:00", " 23:59:59", "T00:00:00"]) for k, v in found.items()}

    def add(self, name, **kwargs):
        name = name if name.startswith("unexpected") else "expect_" + name
        self.list.append({"type": name, "kwargs": kwargs})

    def fill(self, count):
        kinds = self.r.sample(range(51), 51)
        for k in range(count):
            self.one(kinds[k % 51])

    def one(self, choice):
        r, add = self.r, self.add
        every = list(self.names)
        col, num, txt = r.choice(every), r.choice("ijrpd"), r.choice(["s", "u", "Mixed Case", "mail"])
        ordinal = r.choice(["id", "i", "j", "r", "p", "d", "big"])
        m = {**self.mostly(), **self.condition()}
        pairs = r.choice(["both_values_are_missing", "either_value_is_missing", "neither", None])
        pair = {} if pairs is None else {"ignore_row_if": pairs}
        records = r.choice(["all_values_are_missing", "any_value_is_missing", "never", None])
        record = {} if records is None else {"ignore_row_if": records}
        values = lambda n: r.choice([r.sample(WORDS, n), r.sample(WORDS, n) + [None],
                                     r.sample(WORDS, n) + [1, 2.5]])
        numbers = lambda: r.choice([[r.randint(-5, 8) for _ in range(3)], [1, 2.0, 3], ["1", "2"],
                                    [], [True, 0], [0, None, 4]])
        if choice == 0: add("column_values_to_not_be_null", column=col, **m)
        if choice == 1: add("column_values_to_be_null", column=col, **m)
        if choice == 2: add("column_values_to_be_unique", column=col, **m)
        if choice == 3: add("column_values_to_be_in_set", column=txt, value_set=values(4), **m)
        if choice == 4: add("column_values_to_be_in_set", column=ordinal, value_set=numbers(), **m)
        if choice == 5: add("column_values_to_not_be_in_set", column=ordinal, value_set=numbers(), **m)
        if choice == 6: add("column_values_to_not_be_in_set", column=txt, value_set=values(2), **m)
        if choice == 7: add("column_values_to_be_between", column=num, **self.range(-5, 60), **m)
        if choice == 8: add("column_values_to_be_between", column=num, **self.range(-5, 60, False), **m)
        if choice == 9: add("column_values_to_be_between", column=r.choice(["day", "at", "when"]), **r.choice([self.dates(), self.times()]), **m)
        if choice == 10: add("column_values_to_be_between", column=txt, **r.choice([{"min_value": "a", "max_value": "m"}, {"min_value": "5"}, {"max_value": "1e3"}, {"min_value": 3}]), **m)
        if choice == 11: add("column_values_to_match_regex", column=txt, regex=r.choice(REGEXES), **m)
        if choice == 12: add("column_values_to_not_match_regex", column=txt, regex=r.choice(REGEXES), **m)
        if choice == 13: add("column_values_to_match_regex_list", column=txt, regex_list=r.sample(REGEXES, 2), **({"match_on": r.choice(["any", "all"])} if r.random() < .7 else {}), **m)
        if choice == 14: add("column_values_to_not_match_regex_list", column=txt, regex_list=r.sample(REGEXES, 2), **m)
        if choice == 15: add("column_values_to_match_like_pattern", column=txt, like_pattern=r.choice(LIKES), **m)
        if choice == 16: add("column_values_to_not_match_like_pattern", column=txt, like_pattern=r.choice(LIKES), **m)
        if choice == 17: add("column_values_to_match_like_pattern_list", column=txt, like_pattern_list=r.sample(LIKES, 2), **({"match_on": r.choice(["any", "all"])} if r.random() < .7 else {}), **m)
        if choice == 18: add("column_values_to_not_match_like_pattern_list", column=txt, like_pattern_list=r.sample(LIKES, 2), **m)
        if choice == 19: add("column_value_lengths_to_equal", column=r.choice([txt, "i"]), value=r.randint(0, 4), **m)
        if choice == 20: add("column_value_lengths_to_be_between", column=r.choice([txt, txt, "day"]), **self.range(0, 10), **m)
        if choice == 21: add("compound_columns_to_be_unique", column_list=r.choice([["i", "j"], ["s", "j"], ["u", "s"], ["i", "j", "s"], ["id", "Mixed Case"], ["e", "i"]]), **record, **m)
        if choice == 22: add("column_pair_values_a_to_be_greater_than_b", column_A=num, column_B=r.choice("ijr"), **({"or_equal": r.random() < .5} if r.random() < .7 else {}), **pair, **m)
        if choice == 23: add("column_pair_values_to_be_equal", column_A=r.choice(["i", "s"]), column_B=r.choice(["j", "Mixed Case"]), **pair, **m)
        if choice == 24: add("column_pair_values_to_be_in_set", column_A="s", column_B="j", value_pairs_set=[[r.choice(WORDS + [None]), r.randint(0, 4)] for _ in range(r.randint(1, 6))], **pair, **m)
        if choice == 25: add("multicolumn_sum_to_equal", column_list=r.choice([["i", "j"], ["i", "j", "id"], ["r", "p"]]), sum_total=r.randint(0, 6), **record, **m)
        if choice == 26: add("select_column_values_to_be_unique_within_record", column_list=r.choice([["i", "j"], ["s", "Mixed Case"], ["i", "j", "id"]]), **record, **m)
        if choice == 27: add("multicolumn_values_to_be_equal", column_list=r.choice([["i", "j"], ["s", "Mixed Case"], ["i", "j", "id"]]), **record, **m)
        if choice == 28: add("column_distinct_values_to_be_in_set", column="s", value_set=r.choice([r.sample(WORDS, r.randint(1, 12)), WORDS, values(3)]), **self.condition())
        if choice == 29: add("column_distinct_values_to_equal_set", column=r.choice(["j", "flag"]), value_set=r.choice([list(range(r.randint(2, 6))), [0, 1], [0, 1, 2, 3, 4, None], ["0", "1"], [0, 0, 1], [True, False], [1.0, 0]]), **self.condition())
        if choice == 30: add("column_distinct_values_to_contain_set", **r.choice([{"column": "s", "value_set": values(3)}, {"column": "Mixed Case", "value_set": values(1)}, {"column": "day", "value_set": ["2024-05-01", "2024-02-11", self.rows[0][9] if self.rows else "x"]}, {"column": "i", "value_set": numbers()}]), **self.condition())
        if choice == 31: add("column_%s_to_be_between" % r.choice(["min", "max"]), column=r.choice([ordinal, ordinal, "flag"]), **self.range(-5, 60), **self.condition())
        if choice == 32: add("column_%s_to_be_between" % r.choice(["min", "max"]), column=r.choice(["day", "at"]), **r.choice([self.dates(), self.times()]), **self.condition())
        if choice == 33: add("column_%s_to_be_between" % r.choice(["mean", "sum", "stdev"]), column=ordinal, **self.range(-5, 60), **self.condition())
        if choice == 34: add("column_median_to_be_between", column=ordinal, **self.range(-5, 60), **(self.condition() if r.random() < .5 else {}))
        if choice == 35: add("column_unique_value_count_to_be_between", column=col, **self.range(0, 20), **self.condition())
        if choice == 36: add("column_proportion_of_unique_values_to_be_between", column=col, min_value=round(r.random(), 2), **self.condition())
        if choice == 37: add("column_proportion_of_non_null_values_to_be_between", column=col, **self.range(0, 1, False), **self.condition())
        if choice == 38: add("column_quantile_values_to_be_between", column=ordinal, quantile_ranges={"quantiles": [.1, .25, .5, .56, .9], "value_ranges": [[r.choice([None, r.randint(-5, 5)]), r.choice([r.randint(5, 60), None])] for _ in range(5)]}, **(self.condition() if r.random() < .3 else {}))
        if choice == 39: add("column_value_z_scores_to_be_less_than", column=num, threshold=r.choice([.5, 1, 2, 3]), double_sided=r.random() < .5, **m)
        if choice == 40: add("column_most_common_value_to_be_in_set", column=r.choice(["j", "s", "flag"]), value_set=r.sample(WORDS, 3) + [0, 1, 2], **({"ties_okay": r.random() < .5} if r.random() < .7 else {}), **self.condition())
        if choice == 41: add("column_values_to_not_be_outliers", column=num, method=r.choice(["iqr", "std"]), multiplier=r.choice([1, 1.5, 2]), **m)
        if choice == 42: add("column_kl_divergence_to_be_less_than", column="j", partition_object={"values": [0, 1, 2, 3], "weights": [.4, .3, .2, .1]}, threshold=r.choice([.1, .5, None]), **({"tail_weight_holdout": .1} if r.random() < .5 else {}))
        if choice == 43: add("column_to_exist", column=r.choice(every + ["nope"]), **({"column_index": r.randint(1, 5)} if r.random() < .4 else {}))
        if choice == 44: add("table_row_count_to_be_between", **self.range(0, 200), **self.condition())
        if choice == 45: add(*r.choice([("table_row_count_to_equal",), ("table_column_count_to_equal",)]), value=r.choice([self.count, 16, 17]))
        if choice == 46: add("table_column_count_to_be_between", **self.range(10, 20))
        if choice == 47: add("table_columns_to_match_set", column_set=r.sample(every, r.choice([17, 16])) + r.choice([[], ["zz"]]), **({"exact_match": r.random() < .5} if r.random() < .7 else {}))
        if choice == 48: add("table_columns_to_match_ordered_list", column_list=r.choice([every, every[:-1], every[::-1], every + ["x"]]))
        if choice == 49:
            add("column_values_to_be_of_type", column=col, type_=r.choice(["INTEGER", "TEXT", "VARCHAR", "VARCHAR(20)", "REAL", "DATE", "BIGINT", "Integer", "DECIMAL", "FLOAT", "BOOLEAN"]))
            add("column_values_to_be_in_type_list", column=r.choice(every), type_list=r.choice([["INTEGER", "BIGINT"], ["TEXT", "VARCHAR", "REAL"], ["VARCHAR(20)"], ["DATE", "TIMESTAMP"]]))
        if choice == 50: add("unexpected_rows_expectation", unexpected_rows_query=r.choice(["SELECT * FROM {batch} WHERE i > 5", "select s, count(*) from {batch} group by s having count(*) > 3", "SELECT id FROM {batch} WHERE i is null and j is null;"]))


def measured(case, context, source):
    batch = source.add_table_asset("t", table_name="t").add_batch_definition_whole_table("w").get_batch()
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    results = []
    for entry in case.list:
        head = {"type": entry["type"], "kwargs": json.loads(json.dumps(entry["kwargs"]))}
        try:
            config = ExpectationConfiguration(type=entry["type"], kwargs=entry["kwargs"])
            found = batch.validate(config.to_domain_obj(), result_format={"result_format": "COMPLETE"})
            found = found.to_json_dict()
        except Exception as error:
            results.append({**head, "refused": str(error)[:300]})
            continue
        info = found.get("exception_info") or {}
        failures = [info] + [v for v in info.values() if isinstance(v, dict)]
        raised = [f.get("exception_message") for f in failures if f.get("raised_exception")]
        if raised:
            results.append({**head, "raised": str(raised[0])[:300]})
            continue
        hidden = ("unexpected_list", "unexpected_index_query", "unexpected_index_column_names")
        result = {k: v for k, v in found["result"].items() if k not in hidden}
        results.append({**head, "success": found["success"], **result})
    return results


def main():
    import great_expectations as gx
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    plain = lambda o: o.item() if hasattr(o, "item") else str(o)
    cases = []
    for seed in map(int, sys.argv[1:]):
        case = OddCase(seed) if seed >= 1000 else Case(seed)
        case.fill(51)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "measured.db")
            c = sqlite3.connect(path)
            c.execute("create table t (%s)" % ", ".join('"%s" %s' % (n.replace('"', '""'), t) for n, t in case.names.items()))
            c.executemany("insert into t values (%s)" % ", ".join("?" * len(case.names)), case.rows)
            c.commit()
            c.close()
            source = context.data_sources.add_sqlite("s%d" % seed, connection_string="sqlite:///" + path)
            results = measured(case, context, source)
        cases.append({"seed": seed, "columns": list(case.names.items()), "rows": case.rows, "results": results})
    json.dump(cases, sys.stdout, default=plain, ensure_ascii=False)


main()
