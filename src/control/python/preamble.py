# What a notebook finds there: the Delta tables of bronze, silver and gold as DuckDB views, and the
# few names of Databricks that plain notebooks use: spark.sql, spark.table, display, dbutils.widgets.
import ctypes as _ctypes
import json as _json
import os as _os
import signal as _signal

_ctypes.CDLL(None).prctl(1, _signal.SIGKILL)  # ends with whoever runs the notebook

import duckdb as _duckdb
from IPython.display import display as _show

_job = _json.load(open("job.json", encoding="utf-8"))
_db = _duckdb.connect()
_db.execute("SET TimeZone = 'UTC'")


def _hriste_table(tier, name, path):
    from deltalake import DeltaTable

    table = DeltaTable(path)
    files = table.file_uris()
    view = f'{tier}."{name}"'
    if files:
        listed = ", ".join("'" + f.removeprefix("file://").replace("'", "''") + "'" for f in files)
        hive = str(bool(table.metadata().partition_columns)).lower()
        _db.execute(f"CREATE VIEW {view} AS FROM read_parquet([{listed}], hive_partitioning = {hive})")
    else:
        import pyarrow as pa

        empty = pa.table(pa.schema(table.schema().to_arrow())).slice(0, 0)
        _db.register("_empty", empty)
        _db.execute(f"CREATE TABLE {view} AS FROM _empty")
        _db.unregister("_empty")


for _tier in ("bronze", "silver", "gold"):
    _db.execute(f"CREATE SCHEMA {_tier}")
    _folder = _os.path.join(_job["lake"], _tier)
    for _name in sorted(_os.listdir(_folder)) if _os.path.isdir(_folder) else []:
        if _os.path.isdir(_os.path.join(_folder, _name, "_delta_log")):
            _hriste_table(_tier, _name, _os.path.join(_folder, _name))


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
