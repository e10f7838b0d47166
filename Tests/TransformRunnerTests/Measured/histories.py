"""Prints random projects whose data and models change step by step, and what dbt makes of them.

    pip install dbt-core==1.11.16 dbt-duckdb==1.11.1
    python3 histories.py SEED… > measured.json

A list, one object a seed: `steps`, each with the `files` that are written before it, the command's
`arguments`, the `statuses` of its nodes, and all `tables` after it (columns and rows; a time of
the run itself is `now K`, with the number of the step). The same seed gives the same projects on
any version. On DuckDB, as dbt-sqlite knows neither list keys nor schema changes nor hard deletes.
"""
import datetime, decimal, json, os, random, sys, tempfile

TYPES = {"id": "integer", "grp": "varchar", "val": "integer", "amount": "double", "seen": "timestamp", "extra": "varchar"}


class Case:
    def __init__(self, seed):
        self.r = random.Random(seed)
        r = self.r
        self.columns = ["id", "grp", "val", "amount", "seen"]
        self.rows = [self.row(k + 1, 0) for k in range(r.choice([0, 3, 8, 20]))]
        self.models = {"inc%d" % k: self.incremental() for k in range(4)}
        self.snapshots = {"snap%d" % k: self.snapshot() for k in range(3)}
        self.files = self.project()

    def row(self, key, step):
        r = self.r
        return {"id": key, "grp": r.choice(["a", "b", "c", None]), "val": r.choice([None, *range(9)]),
                "amount": r.choice([None, round(r.uniform(0, 9), 2)]),
                "seen": "2024-%02d-%02d %02d:00:00" % (step + 1, r.randint(1, 28), r.randint(0, 23)),
                "extra": r.choice(["x", "y", None])}

    def change(self, step):
        """The rows of the next step: some new, some changed, some gone, some back."""
        r = self.r
        kept = []
        for row in self.rows:
            what = r.random()
            if what < .15:
                continue
            if what < .5:
                row = {**row, r.choice(["grp", "val", "amount"]): r.choice([None, 1, 2]) }
                if row["grp"] in (1, 2): row["grp"] = "z%d" % row["grp"]
                if r.random() < .8: row["seen"] = self.row(0, step)["seen"]
            kept.append(row)
        known = {row["id"] for row in kept}
        for _ in range(r.randint(0, 5)):
            key = r.randint(1, 30)
            if key not in known:
                kept.append(self.row(key, step))
                known.add(key)
        self.rows = kept
        if step >= 2 and r.random() < .4 and "extra" not in self.columns: self.columns.append("extra")

    def incremental(self):
        r = self.r
        strategy = r.choice([None, "append", "delete+insert", "merge"])
        key = r.choice(["id", "id", "['id', 'grp']", "'grp'"])
        if strategy in (None, "append") and r.random() < .5: key = None
        config = ["materialized='incremental'"]
        if strategy: config.append("incremental_strategy='%s'" % strategy)
        if key: config.append("unique_key=" + (key if key[0] in "['" else "'%s'" % key))
        change = r.choice([None, None, "ignore", "fail", "append_new_columns", "sync_all_columns"])
        if change: config.append("on_schema_change='%s'" % change)
        if strategy == "merge" and r.random() < .4:
            config.append(r.choice(["merge_update_columns=['val']", "merge_exclude_columns=['val', 'seen']"]))
        # With a list of keys dbt-duckdb finds the column of the predicate on both sides.
        if strategy == "delete+insert" and r.random() < .3 and key == "id":
            config.append("incremental_predicates=['val > 2']")
        where = r.choice(["", "seen > (select coalesce(max(seen), '2000-01-01') from {{ this }})", "id % 2 = 0", "val is not null"])
        # A key that a batch has twice is an error of merge, so its batches have each of them once.
        source = "{{ ref('raw') }}"
        if strategy == "merge" or key == "'grp'":
            source = "(select * from (select *, row_number() over (partition by %s order by id, seen) as n from {{ ref('raw') }} as q) as w where n = 1) as raw" % ("grp" if key == "'grp'" else "id")
        return {"config": config, "where": where, "source": source, "columns": ["id", "grp", "val", "seen"]}

    def model(self, model):
        where = "{%% if is_incremental() %%} where %s {%% endif %%}" % model["where"] if model["where"] else ""
        return "{{ config(%s) }}\nselect %s from %s%s\n" % (", ".join(model["config"]), ", ".join(model["columns"]), model["source"], where)

    def snapshot(self):
        r = self.r
        config = {"unique_key": r.choice(["id", "id", ["id", "id"], "id"])}
        if isinstance(config["unique_key"], list): config["unique_key"] = r.choice([["id"], ["id", "name"]])
        config["strategy"] = r.choice(["timestamp", "check", "check"])
        if config["strategy"] == "timestamp" or r.random() < .3: config["updated_at"] = "seen"
        if config["strategy"] == "check": config["check_cols"] = r.choice(["all", ["grp", "val"], ["val"]])
        config["hard_deletes"] = r.choice(["ignore", "invalidate", "new_record"])
        if r.random() < .2: config["dbt_valid_to_current"] = "cast('9999-12-31' as timestamp)"
        if r.random() < .2: config["snapshot_meta_column_names"] = {"dbt_valid_from": "since", "dbt_valid_to": "until"}
        return config

    def seed(self):
        def cell(v):
            return "" if v is None else str(v)
        return "\n".join([",".join(self.columns)] + [",".join(cell(row[c]) for c in self.columns) for row in self.rows]) + "\n"

    def project(self):
        files = {
            "dbt_project.yml": json.dumps({
                "name": "p", "version": "1.0", "profile": "p",
                "seeds": {"+full_refresh": True, "p": {"raw": {"+column_types": TYPES_OF(self.columns)}}}}),
            "seeds/raw.csv": self.seed(),
            "models/named.sql": "select *, coalesce(grp, 'none') as name from {{ ref('raw') }}",
            "models/schema.yml": json.dumps({"models": [{"name": name, "columns": [{"name": "id", "data_tests": [
                {"not_null": {"config": {"severity": "warn"}}}, {"unique": {"config": {"severity": "warn", "warn_if": ">1"}}}]}]} for name in self.models]}),
        }
        for name, model in self.models.items(): files["models/%s.sql" % name] = self.model(model)
        files["snapshots/s.yml"] = json.dumps({"snapshots": [
            {"name": name, "relation": "ref('named')", "config": config} for name, config in self.snapshots.items()]})
        return files

    def next(self, step):
        """The files that the step changes."""
        r = self.r
        self.change(step)
        changed = {"seeds/raw.csv": self.seed(), "dbt_project.yml": self.project()["dbt_project.yml"]}
        for name, model in self.models.items():
            # The merge of dbt-duckdb fails at a new column where it is to be ignored.
            isRigid = "merge" in str(model["config"]) and not any(w in str(model["config"]) for w in ("'fail'", "append_new", "sync_all"))
            if r.random() < .35 and not isRigid:
                columns = model["columns"]
                if "amount" not in columns: columns.append("amount")
                elif len(columns) > 3 and "val > 2" not in str(model) and "'val'" not in str(model): columns.remove("val" if "val" in columns and "val" not in model["where"] else "amount")
                changed["models/%s.sql" % name] = self.model(model)
        return changed


def TYPES_OF(columns):
    return {c: TYPES[c] for c in columns}


def plain(value, times):
    if isinstance(value, bool): return int(value)
    if isinstance(value, decimal.Decimal): return float(value)
    if isinstance(value, datetime.datetime):
        value = value.replace(tzinfo=None)
        if value.year in range(2025, 9000):
            return "now %d" % sum(value >= time for time in times)
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, datetime.date): return value.isoformat()
    return value


def tables(path, times):
    import duckdb
    connection = duckdb.connect(path)
    found = {}
    for (name,) in connection.execute("select table_name from information_schema.tables where table_schema = 'main' order by 1").fetchall():
        cursor = connection.execute('select * from "%s"' % name)
        columns = [c[0] for c in cursor.description]
        found[name] = {"columns": columns, "rows": [[plain(v, times) for v in row] for row in cursor.fetchall()]}
    connection.close()
    return found


def main():
    from dbt.cli.main import dbtRunner
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    cases = []
    for seed in map(int, sys.argv[1:]):
        case = Case(seed)
        steps = []
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "out.duckdb")
            profile = {"p": {"target": "dev", "outputs": {"dev": {"type": "duckdb", "path": path, "threads": 1, "schema": "main"}}}}
            times = []
            files = {**case.files, "profiles.yml": json.dumps(profile)}
            for step in range(4):
                if step: files = case.next(step)
                for name, text in files.items():
                    full = os.path.join(folder, name)
                    os.makedirs(os.path.dirname(full), exist_ok=True)
                    with open(full, "w") as f: f.write(text)
                arguments = ["build"] if step < 3 or case.r.random() < .7 else ["build", "--full-refresh"]
                times.append(datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None))
                result = dbtRunner().invoke(["--quiet", "--no-partial-parse", *arguments, "--project-dir", folder, "--profiles-dir", folder])
                if result.exception: raise result.exception
                if os.environ.get("SHOW"): print([(n.node.name, n.message) for n in result.result.results if str(n.status) in ("error", "fail")], file=sys.stderr)
                statuses = {n.node.unique_id: str(n.status) for n in result.result.results}
                files.pop("profiles.yml", None)
                steps.append({"files": files, "arguments": arguments, "statuses": statuses, "tables": tables(path, times)})
        cases.append({"seed": seed, "steps": steps})
    with os.fdopen(out, "w") as f: json.dump(cases, f, ensure_ascii=False)


main()
