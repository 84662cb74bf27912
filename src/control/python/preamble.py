# What a notebook finds there: the Delta tables of bronze, silver and gold as DuckDB views, and the
# few names of Databricks that plain notebooks use: spark.sql, spark.table, display, dbutils.widgets.
import ctypes as _ctypes
import json as _json
import signal as _signal

_ctypes.CDLL(None).prctl(1, _signal.SIGKILL)  # ends with whoever runs the notebook

import duckdb as _duckdb
from IPython.display import display as _show

_job = _json.load(open("job.json", encoding="utf-8"))
_db = _duckdb.connect()
_db.execute("SET TimeZone = 'UTC'")


def _hriste_table(table):
    if "error" in table:
        raise RuntimeError(table["error"])
    name = f'{table["tier"]}."{table["name"]}"'
    if table.get("files"):
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in table["files"])
        hive = str(table["partitioned"]).lower()
        _db.execute(f"CREATE VIEW {name} AS FROM read_parquet([{listed}], hive_partitioning = {hive})")
    else:
        columns = ", ".join('"' + column.replace('"', '""') + '" ' + kind for column, kind in table["columns"])
        _db.execute(f"CREATE TABLE {name} ({columns})")


for _tier in ("bronze", "silver", "gold"):
    _db.execute(f"CREATE SCHEMA {_tier}")
for _table in _job["tables"]:
    _hriste_table(_table)


class DataFrame:
    """The part of Spark's DataFrame that notebooks need, over a DuckDB relation."""

    def __init__(self, relation):
        self._relation = relation

    @property
    def columns(self):
        return self._relation.columns

    def toPandas(self):
        return self._relation.df()

    def collect(self):
        return self._relation.fetchall()

    def first(self):
        return self._relation.limit(1).fetchone()

    def count(self):
        return self._relation.aggregate("count(*)").fetchone()[0]

    def limit(self, rows):
        return DataFrame(self._relation.limit(rows))

    def show(self, n=20, truncate=True):
        print(self._relation.limit(n))

    def createOrReplaceTempView(self, name):
        self._relation.create_view(name, replace=True)

    def _repr_html_(self):
        return self._relation.limit(200).df().to_html(index=False, border=0, na_rep="")


class _Spark:
    def sql(self, query, args=None):
        if args:
            for name, value in args.items():
                literal = value if isinstance(value, (int, float)) else "'" + str(value).replace("'", "''") + "'"
                query = query.replace(":" + name, str(literal))
        return DataFrame(_db.sql(query))

    def table(self, name):
        return DataFrame(_db.sql(f"FROM {name}"))


class _Widgets:
    def __init__(self, values):
        self._values = dict(values)

    def text(self, name, defaultValue="", label=None):
        self._values.setdefault(name, str(defaultValue))

    def dropdown(self, name, defaultValue, choices=(), label=None):
        self.text(name, defaultValue)

    combobox = multiselect = dropdown

    def get(self, name):
        if name not in self._values:
            raise KeyError(f"there is no parameter {name}: dbutils.widgets.text('{name}', '…') declares it")
        return self._values[name]


class _Utilities:
    widgets = _Widgets(_job["parameters"])


def display(what=None, *more):
    for one in (what, *more):
        _show(one)


def _hriste_show(frame):
    global _sqldf
    _sqldf = frame
    display(frame)


spark = _Spark()
dbutils = _Utilities()
