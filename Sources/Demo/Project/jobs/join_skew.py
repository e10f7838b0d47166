"""Joins a shop's orders with its customers; one customer has most of the orders."""

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("join_skew").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")

orders = spark.range(0, 2_600_000, 1, 8).selectExpr(
    "if(id % 10 < 8, 77L, id % 400009) as customer",
    *[f"xxhash64(id, {i}) as item{i}" for i in range(7)],
)
customers = spark.range(0, 400_009, 1, 4).selectExpr(
    "id as customer", *[f"xxhash64(id, 9{i}) as trait{i}" for i in range(4)]
)
items = ", ".join([f"item{i}" for i in range(7)] + [f"trait{i}" for i in range(4)])
rows, check = (
    orders.join(customers, "customer")
    .selectExpr(f"crc32(sha2(sha2(concat_ws('|', {items}), 512), 256)) as c")
    .selectExpr("count(*)", "sum(c)")
    .first()
)
print(f"{rows} rows, checksum {check}")
spark.stop()
