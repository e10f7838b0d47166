"""Measures what Great Expectations counts on a generated table.

    pip install great_expectations==1.24.1 sqlalchemy
    python3 measure.py SEED > random-SEED.json

The same seed gives the same table and the same 60 expectations. Expectations that Great
Expectations itself cannot evaluate on SQLite are left out.
"""
import json, logging, os, random, sqlite3, sys, tempfile, warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
os.environ["GX_ANALYTICS_ENABLED"] = "false"
seed = int(sys.argv[1])
R = random.Random(seed)
folder = tempfile.TemporaryDirectory()
path = os.path.join(folder.name, "measured.db")
db = path
c = sqlite3.connect(path)
c.execute("create table t (i INTEGER, j INTEGER, r REAL, s TEXT, u TEXT, e TEXT)")
n = R.choice([1, 2, 7, 40, 150])
words=['a','b','B','abc','x y','it\'s','é','ZZ','9','','q"q','100%','a_b']
def nul(v,p): return None if R.random()<p else v
for k in range(n):
    c.execute('insert into t values (?,?,?,?,?,?)',(nul(R.randint(-5,8),.1),nul(R.randint(0,4),.2),nul(round(R.gauss(50,20),2),.05),nul(R.choice(words),.15),nul('u%d'%R.randint(0,n),.02),None))
c.commit()
L=[]
def a(t,**k): L.append({'table':'t','type':'expect_'+t,'kwargs':k})
def mo(): return {'mostly':R.choice([0,.3,.5,.75,.9,.97,1])} if R.random()<.6 else {}
def rc():
    if R.random()<.35: return {'row_condition':R.choice(['col("i") > 1','col("j") == 2','col("s") == "a"','col("r").notNull()','col("s") != "b"']),'condition_parser':'great_expectations'}
    return {}
def rg(lo,hi):
    x=sorted([R.randint(lo,hi),R.randint(lo,hi)]); k={}
    if R.random()<.8: k['min_value']=x[0]
    if R.random()<.8 or not k: k['max_value']=x[1]
    if R.random()<.3 and 'min_value' in k:k['strict_min']=True
    if R.random()<.3 and 'max_value' in k:k['strict_max']=True
    return k
for _ in range(60):
    col=R.choice('ijrsu')
    num=R.choice('ijr'); txt=R.choice('su')
    m={**mo(),**rc()}
    ch=R.randint(0,27)
    if ch==0:a('column_values_to_not_be_null',column=R.choice('ijrsue'),**m)
    if ch==1:a('column_values_to_be_null',column=R.choice('ijrsue'),**m)
    if ch==2:a('column_values_to_be_unique',column=R.choice('ijrsue'),**m)
    if ch==3:a('column_values_to_be_in_set',column='s',value_set=R.sample(words,4),**m)
    if ch==4:a('column_values_to_not_be_in_set',column='i',value_set=[R.randint(-5,8) for _ in range(3)],**m)
    if ch==5:a('column_values_to_be_between',column=num,**rg(-5,60),**m)
    if ch==6:a('column_values_to_match_regex',column=txt,regex=R.choice(['^[a-z]+$','b','\\d','^u\\d+$','^.$','(a|b)c?','[^a-z]','\\s','^(?!u)','é|Z{2}']),**m)
    if ch==7:a('column_values_to_not_match_regex',column=txt,regex=R.choice(['^[a-z]+$','b','\\d','^$']),**m)
    if ch==8:a('column_values_to_match_like_pattern',column=txt,like_pattern=R.choice(['a%','%b','_','u%','%\'%']),**m)
    if ch==9:a('column_value_lengths_to_equal',column=txt,value=R.randint(0,4),**m)
    if ch==10:a('column_value_lengths_to_be_between',column=txt,**rg(0,5),**m)
    if ch==11:a('compound_columns_to_be_unique',column_list=R.choice([['i','j'],['s','j'],['u','s'],['i','j','s']]),**({'ignore_row_if':R.choice(['all_values_are_missing','any_value_is_missing','never'])} if R.random()<.6 else {}),**m)
    if ch==12:a('column_pair_values_a_to_be_greater_than_b',column_A='i',column_B='j',or_equal=R.random()<.5,ignore_row_if=R.choice(['both_values_are_missing','either_value_is_missing','neither']),**m)
    if ch==13:a('column_pair_values_to_be_equal',column_A='i',column_B='j',ignore_row_if=R.choice(['both_values_are_missing','either_value_is_missing','neither']),**m)
    if ch==14:a('column_pair_values_to_be_in_set',column_A='s',column_B='j',value_pairs_set=[[R.choice(words),R.randint(0,4)] for _ in range(5)],ignore_row_if=R.choice(['both_values_are_missing','either_value_is_missing','neither']),**m)
    if ch==15:a('multicolumn_sum_to_equal',column_list=['i','j'],sum_total=R.randint(0,6),ignore_row_if=R.choice(['all_values_are_missing','any_value_is_missing','never']),**m)
    if ch==16:a('select_column_values_to_be_unique_within_record',column_list=['i','j'],ignore_row_if=R.choice(['all_values_are_missing','any_value_is_missing','never']),**m)
    if ch==17:a('column_distinct_values_to_be_in_set',column='s',value_set=R.sample(words,R.randint(1,12)),**rc())
    if ch==18:a('column_distinct_values_to_equal_set',column='j',value_set=list(range(R.randint(3,6))),**rc())
    if ch==19:a('column_distinct_values_to_contain_set',column='s',value_set=R.sample(words,3),**rc())
    if ch==20:a('column_%s_to_be_between'%R.choice(['min','max','mean','sum','stdev']),column=num,**rg(-5,60),**rc())
    if ch==21:a('column_median_to_be_between',column=num,**rg(-5,60))
    if ch==22:a('column_unique_value_count_to_be_between',column=col,**rg(0,20),**rc())
    if ch==23:a('column_proportion_of_unique_values_to_be_between',column=col,min_value=R.random(),**rc())
    if ch==24:a('column_quantile_values_to_be_between',column=num,quantile_ranges={'quantiles':[.1,.25,.5,.56,.9],'value_ranges':[[R.randint(-5,5),R.randint(5,60)] for _ in range(5)]})
    if ch==25:a('column_value_z_scores_to_be_less_than',column=num,threshold=R.choice([.5,1,2]),double_sided=R.random()<.5,**mo())
    if ch==26:a('column_most_common_value_to_be_in_set',column=R.choice('js'),value_set=R.sample(words,3)+[0,1,2],ties_okay=R.random()<.5)
    if ch==27:a('column_values_to_not_be_outliers',column=num,method=R.choice(['iqr','std']),multiplier=R.choice([1,1.5,2]),**mo())

import great_expectations as gx
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False}
source = context.data_sources.add_sqlite("s", connection_string="sqlite:///" + path)
batch = source.add_table_asset("t", table_name="t").add_batch_definition_whole_table("w").get_batch()
results = []
for e in L:
    config = ExpectationConfiguration(type=e["type"], kwargs=e["kwargs"])
    try:
        found = batch.validate(config.to_domain_obj(), result_format={"result_format": "COMPLETE"})
    except Exception:
        continue
    found = found.to_json_dict()
    info = found.get("exception_info") or {}
    failures = [info] + [v for v in info.values() if isinstance(v, dict)]
    if any(f.get("raised_exception") for f in failures):
        continue
    result = {k: v for k, v in found["result"].items()
              if k not in ("unexpected_list", "unexpected_index_query")}
    results.append({"type": e["type"], "kwargs": e["kwargs"], "success": found["success"], **result})
rows = [list(r) for r in c.execute("select * from t")]
plain = lambda o: o.item() if hasattr(o, "item") else str(o)
print('{"rows": [\n' + ",\n".join(json.dumps(r) for r in rows) + '\n], "results": [\n'
      + ",\n".join(json.dumps(r, default=plain) for r in results) + "\n]}")
