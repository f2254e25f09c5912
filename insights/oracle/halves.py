"""The service keeps what came in the last minutes in memory and runs each silver model twice: over the stored rows of bronze
and over those. This does the same with two halves of the fixture and compares what the two give together with the whole."""

import runner

# Rows that always come together are cut at the same `seq`.
TOGETHER = {"bronze_order_items": "bronze_orders", "bronze_offer_products": "bronze_offers"}


def check(database, work, models):
    """`(name, fault)` of each silver model; the fault is None where the halves give what the whole gives."""
    silver = {name: model for name, model in models.items() if "keys_from" in model.config.get("meta", {})}
    whole = runner.context(work / "bronze")
    halves = {}
    for half, side in (("stored", "<="), ("came", ">")):
        session = runner.context(work / "bronze")
        for path in sorted((work / "bronze").glob("*.parquet")):
            leader = TOGETHER.get(path.stem, path.stem)
            cut = whole.sql(f"select max(seq) / 2 as cut from {leader}").to_pylist()[0]["cut"] or 0
            folder = work / half
            folder.mkdir(exist_ok=True)
            whole.sql(f"select * from {path.stem} where seq {side} {cut}").write_parquet(str(folder / path.name))
            session.deregister_table(path.stem)
            session.register_parquet(path.stem, str(folder / path.name))
        runner.build(session, silver, work / half / "models")
        halves[half] = work / half
    for name, model in silver.items():
        meta = model.config["meta"]
        keys = ", ".join(meta["key"])
        came = f"read_parquet('{halves['came'] / (meta['keys_from'] + '.parquet')}')"
        united = (f"(select * from read_parquet('{halves['stored'] / 'models' / (name + '.parquet')}') "
                  f"where ({keys}) not in (select ({keys}) from {came}) "
                  f"union all select * from read_parquet('{halves['came'] / 'models' / (name + '.parquet')}'))")
        both = [(name, united), (united, name)]
        rows = [database.execute(f"select * from {a} except all select * from {b} limit 2").fetchall() for a, b in both]
        yield name, f"only whole: {rows[0]}, only halves: {rows[1]}" if any(rows) else None
