"""A small runner of the models on DataFusion: it renders the files with Jinja2 and runs them in the order of their
references. The service has its own in Rust; this one lets the models be tried and compared without building that."""

import re
from pathlib import Path

import datafusion
import jinja2
import yaml

PROJECT = Path(__file__).resolve().parent.parent


class Model:
    """One file of `models/` or `data_tests/`, rendered for DataFusion."""

    def __init__(self, path, sql, config, refs):
        self.name, self.path, self.sql, self.config, self.refs = path.stem, path, sql, config, refs

    @property
    def is_view(self):
        return self.config.get("materialized", "view") == "view"


def load(overrides=None, folder="models", target="datafusion"):
    """Renders every `.sql` file under `folder`; `{name: Model}`."""
    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"] | (overrides or {})
    macros = "\n".join(path.read_text() for path in sorted((PROJECT / "macros").glob("*.sql")))
    models = {}
    for path in sorted((PROJECT / folder).rglob("*.sql")):
        config, refs = {}, []

        def ref(name):
            refs.append(name)
            return name

        def configure(**given):
            config.update(given)
            return ""

        environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
        environment.globals.update(
            ref=ref, source=lambda _, table: table, config=configure, target={"type": target},
            var=lambda name, default=None: variables.get(name, default))
        sql = environment.from_string(macros + "\n" + path.read_text()).render().strip()
        models[path.stem] = Model(path, sql, config, refs)
    return models


def ordered(models):
    """The models, each after those it reads."""
    done, out = set(), []

    def visit(name, trail):
        if name in trail:
            raise ValueError(f"models read each other in a circle: {trail}")
        if name in done or name not in models:
            return
        for before in models[name].refs:
            visit(before, (*trail, name))
        done.add(name)
        out.append(models[name])

    for name in sorted(models):
        visit(name, ())
    return out


def context(bronze, partitions=2):
    """A DataFusion session over the bronze files, with what insights turns off turned off here too."""
    settings = {
        "datafusion.execution.target_partitions": str(partitions),
        # Dynamic filters can give wrong rows where two joined tables share a column name (apache/datafusion #25296).
        "datafusion.optimizer.enable_dynamic_filter_pushdown": "false",
        "datafusion.execution.parquet.pushdown_filters": "false",
        "datafusion.sql_parser.parse_float_as_decimal": "false",
    }
    session = datafusion.SessionContext(datafusion.SessionConfig(settings))
    for path in sorted(Path(bronze).glob("*.parquet")):
        session.register_parquet(path.stem, str(path))
    return session


def build(session, models, into, timed=None):
    """Runs the models: tables become Parquet files under `into`, views stay views."""
    into = Path(into)
    into.mkdir(parents=True, exist_ok=True)
    for model in ordered(models):
        try:
            if model.is_view:
                session.sql(f"create or replace view {model.name} as {model.sql}").collect()
            else:
                path = into / f"{model.name}.parquet"
                with (timed(model.name) if timed else _untimed()):
                    session.sql(model.sql).write_parquet(str(path))
                session.register_parquet(model.name, str(path))
        except Exception as error:
            said = re.sub(r"\s+", " ", str(error))[:600]
            raise RuntimeError(f"{model.path}: {said}") from error


class _untimed:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False
