"""Runs dbt for whoever writes to it, without starting it anew each time.

Reads a JSON list of arguments a line; writes a JSON line for each: `ok`, `items` (what `ls` lists)
and `statuses` (of the nodes, by id).
"""
import json, os

os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
answers = os.fdopen(os.dup(1), "w")
questions = os.fdopen(os.dup(0))
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
from dbt.cli.main import dbtRunner  # noqa: E402

for line in iter(questions.readline, ""):
    found = dbtRunner().invoke(["--quiet", "--no-partial-parse", *json.loads(line)])
    result = found.result
    answer = {"ok": found.success, "items": [], "statuses": {}}
    if isinstance(result, list):
        answer["items"] = result
    elif hasattr(result, "results"):
        answer["statuses"] = {r.node.unique_id: str(r.status) for r in result.results if hasattr(r, "node")}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
