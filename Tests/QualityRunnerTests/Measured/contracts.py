"""Prints random data contracts (ODCS v3.1) and CSV files, and what datacontract-cli finds on them.

    pip install 'datacontract-cli[duckdb]==1.2.8'
    python3 contracts.py SEED… > measured.json

A list, one object a seed: `contract` and `changed` (texts of two versions), `files` (CSV, by
table), `checks` of the first version on them, and `breaking`: for `consumer` and `producer` the
paths of changes that break, and of those that are not decided. The same seed gives the same
contracts and files on any version.
"""
import copy, json, logging, os, random, sys, tempfile, warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
STATUS = ["placed", "packed", "shipped", "it's", "", "NULL", "Ünder", "a,b", 'q"q']
PATTERNS = ["^[a-z]+$", "^[^@]+@[^@]+$", "^[0-9]{5}$", "a", "^.{2,4}$", "^$", "[A-Z]"]


class Case:
    def __init__(self, seed):
        self.r = random.Random(seed)
        r = self.r
        self.count = r.choice([0, 1, 3, 10, 40, 200])
        self.rows = [self.row(k) for k in range(self.count)]
        self.customers = [[k + 1, "n%d" % (k % 7)] for k in range(r.choice([0, 3, 20]))]
        self.contract = self.document()

    def maybe(self, value, share=.1):
        return None if self.r.random() < share else value

    def row(self, k):
        r = self.r
        day = "2024-%02d-%02d" % (r.randint(1, 12), r.randint(1, 28))
        return [
            self.maybe(k if r.random() < .9 else r.randint(0, max(1, k)), .03), self.maybe(r.choice(["DE", "at", "CHE", "F"])),
            self.maybe(r.choice(STATUS)), self.maybe(r.randint(-2, 9)), self.maybe(round(r.uniform(-1, 60), 2)),
            self.maybe(day), self.maybe("%s %02d:00:00" % (day, r.randint(0, 23))),
            self.maybe(r.choice(["a@b", "x", "c@d.org", "@"])), self.maybe("%05d" % r.randint(0, 300), .05),
            self.maybe(r.randint(0, 8)), self.maybe(r.choice(["true", "false"]))]

    names = ["id", "country", "status", "quantity", "price", "day", "at", "email", "code", "customer", "flag"]
    types = ["integer", "string", "string", "integer", "number", "date", "timestamp", "string", "string", "integer", "boolean"]

    def text(self, names, rows):
        def cell(v):
            if v is None:
                return ""
            t = str(v)
            return '"' + t.replace('"', '""') + '"' if t == "" or any(c in t for c in ',"\n') else t
        return "\n".join([",".join(names)] + [",".join(map(cell, row)) for row in rows]) + "\n"

    def bound(self, most=20):
        r = self.r
        kind = r.choice(["mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan",
                         "mustBeLessOrEqualTo", "mustBeBetween", "mustNotBeBetween"])
        value = sorted(r.sample(range(most + 1), 2)) if "Between" in kind else r.randint(0, most)
        return {kind: value}

    def rule(self, name, type):
        r = self.r
        rule = r.choice([
            {"metric": "nullValues"}, {"type": "library", "metric": "nullValues"},
            {"metric": "missingValues", "arguments": {"missingValues": r.sample(STATUS, 2) + [None] if type == "string" else [None]}},
            {"metric": "missingValues"},
            {"metric": "invalidValues", "arguments": {"validValues": r.sample(STATUS, 3) + r.choice([[], [None]])} if type == "string" else {"validValues": [1, 2, 3]}},
            {"metric": "invalidValues", "arguments": {"pattern": r.choice(PATTERNS)}},
            {"metric": "duplicateValues"}, {"metric": "rowCount"}, {"metric": "invalidValues"},
            {"type": "sql", "query": "select count(*) from {model} where {column} is null"},
            {"type": "sql", "query": 'SELECT max(length("{property}")) FROM "${table}"' if type == "string" else "select count({field}) from orders"},
            {"type": "text", "description": "as agreed"}])
        if rule.get("metric") == "invalidValues" and type not in ("string", "integer"):
            rule = {"metric": "nullValues"}
        rule = copy.deepcopy(rule)
        if rule.get("type") != "text":
            rule.update(self.bound())
            if r.random() < .3 and rule.get("metric") in ("nullValues", "missingValues", "invalidValues"):
                rule["unit"] = r.choice(["percent", "rows"])
            if r.random() < .25:
                rule["severity"] = r.choice(["warning", "info", "error", "critical", "WARN"])
            if r.random() < .3:
                rule["dimension"] = r.choice(["completeness", "conformity", "uniqueness"])
            if r.random() < .2:
                rule["description"] = "rule on " + name
            if r.random() < .1:
                rule.update(tags=["x"], schedule="0 6 * * *", businessImpact="operational", customProperties=[{"property": "a", "value": 1}])
        return rule

    def options(self, type):
        r = self.r
        found = {}
        if type == "string":
            if r.random() < .4: found["minLength"] = r.randint(0, 4)
            if r.random() < .4: found["maxLength"] = r.randint(2, 6)
            if r.random() < .3: found["pattern"] = r.choice(PATTERNS)
        if type in ("integer", "number"):
            low, high = r.randint(-3, 4), r.randint(4, 50)
            if r.random() < .4: found[r.choice(["minimum", "exclusiveMinimum"])] = low
            if r.random() < .4: found[r.choice(["maximum", "exclusiveMaximum"])] = high + (.5 if type == "number" else 0)
        if type == "date" and r.random() < .4:
            found[r.choice(["minimum", "maximum"])] = "2024-0%d-15" % r.randint(1, 9)
        return found

    def property(self, name, type):
        r = self.r
        found = {"name": name, "logicalType": type}
        if r.random() < .3: found["physicalType"] = {"string": "varchar", "integer": "bigint", "number": "double"}.get(type, type)
        if r.random() < .3: found["required"] = r.random() < .7
        if r.random() < .25: found["unique"] = r.random() < .7
        if r.random() < .5:
            options = self.options(type)
            if options: found["logicalTypeOptions"] = options
        if type == "string" and r.random() < .3:
            found.setdefault("logicalTypeOptions", {})
            found["customProperties"] = [{"property": "enum", "value": r.sample(STATUS, 4)}]
            if not found["logicalTypeOptions"]: del found["logicalTypeOptions"]
        if r.random() < .5:
            # One rule a metric: two of them have one key there, and only one gets a result.
            rules = {str(x.get("metric", x.get("query"))): x for x in (self.rule(name, type) for _ in range(r.randint(1, 3)))}
            found["quality"] = list(rules.values())
        if r.random() < .2: found.update(classification="restricted", tags=["a"], criticalDataElement=True, examples=["x"], businessName="B " + name)
        return found

    def document(self):
        r = self.r
        names = [(n, t) for n, t in zip(self.names, self.types) if r.random() < .9]
        properties = [self.property(n, t) for n, t in names]
        present = [n for n, _ in names]
        if r.random() < .1: properties.append({"name": "absent", "logicalType": "string"})
        keys = r.sample(present, r.choice([0, 1, 1, 2, 3]))
        for position, key in enumerate(keys):
            found = next(p for p in properties if p["name"] == key)
            found["primaryKey"] = True
            if r.random() < .7: found["primaryKeyPosition"] = position + 1
        orders = {"name": "orders", "physicalType": "table", "properties": properties, "quality": []}
        if r.random() < .5: orders["quality"].append({"metric": "rowCount", **self.bound(60)})
        if r.random() < .5: orders["quality"].append({"metric": "duplicateValues", "arguments": {"properties": r.sample(present, 2)}, **self.bound(5)})
        if r.random() < .4: orders["quality"].append({"type": "sql", "description": "own", "query": "select count(*) from ${object}", **self.bound(60)})
        if r.random() < .2: orders["quality"].append({"metric": "nullValues", "mustBe": 0})
        customers = {"name": "customers", "physicalName": "customers",
                     "properties": [{"name": "number", "physicalName": "id", "logicalType": "integer", "primaryKey": True},
                                    {"name": "name", "logicalType": "string"}]}
        if "customer" in present and r.random() < .7:
            target = r.choice(["customers.number", "customers.number", "customers.nope", "nowhere.number"])
            if r.random() < .5: next(p for p in properties if p["name"] == "customer")["relationships"] = [{"to": target}]
            else: orders["relationships"] = [{"type": "foreignKey", "from": "orders.customer", "to": target}]
        levels = []
        if r.random() < .6: levels.append({"property": "freshness", "value": r.choice([36, 1, "P1D", "PT36H", 99999, "soon"]), "unit": r.choice(["d", "h", "m", "hours"]), "element": "orders." + r.choice(["day", "at"])})
        if r.random() < .5: levels.append({"property": "retention", "value": r.choice([2, 99, "P1Y", "P90Y6M"]), "unit": r.choice(["y", "m", "d"]), "element": r.choice(["orders.day", "orders.at", "orders"])})
        if r.random() < .5: levels.append({"property": "latency", "value": 4, "unit": "h"})
        document = {"apiVersion": r.choice(["v3.0.2", "v3.1.0"]), "kind": "DataContract", "id": "c", "name": "shop", "version": "1.2.0",
                    "status": "active", "domain": "sales", "description": {"purpose": "p", "usage": "u"},
                    "servers": [{"server": "local", "type": "local", "path": "FOLDER/{model}.csv", "format": "csv", "delimiter": ","}],
                    "schema": [orders, customers] if r.random() < .8 else [orders]}
        if levels: document["slaProperties"] = levels
        if r.random() < .3: document.update(tags=["a"], support=[{"channel": "#x"}], team=[{"username": "u"}] if document["apiVersion"] == "v3.0.2" else {"name": "t", "members": [{"username": "u"}]}, customProperties=[{"property": "p", "value": {"deep": [1]}}])
        if document["apiVersion"] == "v3.0.2":
            for part in document["schema"]:
                part.pop("relationships", None)
                for p in part["properties"]: p.pop("relationships", None)
        for part in document["schema"]:
            if not part.get("quality"): part.pop("quality", None)
        return document

    def changed(self):
        """The contract after one to three changes."""
        r = self.r
        new = copy.deepcopy(self.contract)
        for _ in range(r.randint(1, 3)):
            properties = new["schema"][0]["properties"]
            p = r.choice(properties)
            choice = r.randint(0, 11)
            options = p.get("logicalTypeOptions") or {}
            if choice == 0 and len(properties) > 2 and not p.get("primaryKey"): properties.remove(p)
            if choice == 1: properties.append({"name": "new%d" % r.randint(0, 9), "logicalType": "string", **({"required": True} if r.random() < .5 else {})})
            if choice == 2: p["required"] = not p.get("required", False)
            if choice == 3: p["unique"] = not p.get("unique", False)
            if choice == 4: p["logicalType"] = r.choice([t for t in ["string", "integer", "number"] if t != p["logicalType"]]); p.pop("logicalTypeOptions", None)
            if choice == 5 and options:
                key = r.choice(sorted(options))
                if isinstance(options[key], (int, float)): options[key] += r.choice([-1, 1])
                elif r.random() < .5: del options[key]
            if choice == 6 and p["logicalType"] == "string": p.setdefault("logicalTypeOptions", {})["maxLength"] = r.randint(1, 9)
            if choice == 7 and p.get("customProperties"):
                values = p["customProperties"][0].get("value")
                if isinstance(values, list): values.append("more") if r.random() < .5 else values.pop()
            if choice == 8: p["description"] = "other"
            if choice == 9: p.setdefault("quality", []).append({"name": "added", "metric": "nullValues", "mustBe": 0})
            if choice == 10 and p.get("quality"): p["quality"].pop()
            if choice == 11: new["status"] = "deprecated"
        for p in new["schema"][0]["properties"]:
            for key in ("quality", "logicalTypeOptions"):
                if key in p and not p[key]: del p[key]
        return new


def main():
    from datacontract.data_contract import DataContract
    cases = []
    for seed in map(int, sys.argv[1:]):
        case = Case(seed)
        files = {"orders": case.text(case.names, case.rows)}
        if len(case.contract["schema"]) > 1:
            files["customers"] = case.text(["id", "name"], case.customers)
        new = case.changed()
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                with open(os.path.join(folder, name + ".csv"), "w", newline="") as f:
                    f.write(text)
            text = json.dumps(case.contract, ensure_ascii=False)
            run = DataContract(data_contract_str=text.replace("FOLDER", folder)).test()
            checks = []
            for c in run.checks:
                d = json.loads(c.model_dump_json(exclude_none=True))
                checks.append({k: d[k] for k in ("category", "type", "name", "model", "field", "result", "reason", "dimension", "diagnostics") if k in d})
            other = json.dumps(new, ensure_ascii=False)
            breaking = {}
            for who in ("consumer", "producer"):
                found = DataContract(data_contract_str=text).breaking(DataContract(data_contract_str=other), perspective=who)
                breaking[who] = sorted([e.path, e.level.value] for e in found.entries if e.level.value != "info")
        cases.append({"seed": seed, "contract": text, "files": files, "checks": checks, "changed": other, "breaking": breaking})
    json.dump(cases, sys.stdout, ensure_ascii=False)


main()
