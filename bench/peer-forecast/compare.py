"""Our forecast beside Prophet and scikit-learn on the same days: see README.md."""

import argparse
import csv
import datetime
import json
import logging
import math
import os
import random
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

# More threads than idle processors wait for each other for minutes.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy  # noqa: E402
import pandas  # noqa: E402
from sklearn.ensemble import HistGradientBoostingRegressor  # noqa: E402

logging.getLogger("cmdstanpy").disabled = True
logging.getLogger("prophet").setLevel(logging.ERROR)
from prophet import Prophet  # noqa: E402

KEY = "0123456789abcdef"
BANDS = [(0.8, "80"), (0.95, "95")]


class Insights:
    """An insights of our own in a folder that goes with the run."""

    def __init__(self, program: Path, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.program, self.url = program, f"http://127.0.0.1:{port}"
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105, of this run alone
        settings = {"DATA_DIR": str(folder), "HOST": "127.0.0.1", "PORT": str(port), "INTEGRATION_SECRET": secret}
        settings |= {"API_KEYS": f"bench:completa:{KEY}", "ADMIN_PASSWORD": "una clave larga", "LOG": "error"}
        self.settings = {"PATH": os.environ["PATH"], **settings}
        self.serving: subprocess.Popen[bytes] | None = None

    def bring(self, source: str, file: Path) -> None:
        asked = [str(self.program), "import", "--formato", "online-retail", "--fuente", source, str(file)]
        subprocess.run(asked, env=self.settings, check=True, stdout=subprocess.DEVNULL)

    def __enter__(self) -> "Insights":
        self.serving = subprocess.Popen([str(self.program), "serve"], env=self.settings, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5).close()
                return self
            except urllib.error.URLError:
                time.sleep(0.2)
        raise SystemExit("insights did not start")

    def __exit__(self, *_: object) -> None:
        if self.serving:
            self.serving.terminate()
            self.serving.wait(60)

    def ask(self, method: str, path: str) -> dict:
        request = urllib.request.Request(f"{self.url}{path}", method=method, headers={"X-API-Key": KEY})
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.load(answer)

    def days(self, source: str, metric: str) -> pandas.Series:
        found = self.ask("GET", f"/api/analytics/time-series?fuente={source}")["series"]
        values = {pandas.Timestamp(row["date"]): float(row[metric]) for row in found}
        return pandas.Series(values).sort_index().asfreq("D")

    def foretell(self, known: pandas.Series, ahead: int, source: str, metric: str) -> pandas.DataFrame:
        last = known.index[-1].date()
        days = max(ahead, 7)
        path = f"/api/ml/forecast?fuente={source}&metric={metric}&days_ahead={days}&end_date={last}"
        found = self.ask("POST", path)["predictions"][:ahead]
        names = ["value", "lower_80", "upper_80", "lower_95", "upper_95"]
        return pandas.DataFrame([[row[name] for name in names] for row in found], columns=names)


def prophet(known: pandas.Series, ahead: int) -> pandas.DataFrame:
    table = known.dropna().reset_index()
    table.columns = ["ds", "y"]
    coming = pandas.DataFrame({"ds": pandas.date_range(known.index[-1], periods=ahead + 1)[1:]})
    found = {}
    for level, name in BANDS:
        model = Prophet(interval_width=level)
        model.add_country_holidays(country_name="UK")
        model.fit(table)
        told = model.predict(coming)
        found |= {"value": told["yhat"], f"lower_{name}": told["yhat_lower"], f"upper_{name}": told["yhat_upper"]}
    return pandas.DataFrame(found)


def rows_of(days: pandas.DatetimeIndex, known: pandas.Series) -> numpy.ndarray:
    """What a tree may know of a day: nothing of the days of its own stretch."""
    rows = []
    for day in days:
        same = [known.get(day - pandas.Timedelta(weeks=weeks), math.nan) for weeks in range(1, 9)]
        same = [value for value in same if not math.isnan(value)][:4]
        rows.append([day.day_of_week, day.day_of_year, day.toordinal(), *(same[:1] or [math.nan]), numpy.mean(same or [math.nan])])
    return numpy.array(rows, dtype=float)


def scikit_learn(known: pandas.Series, ahead: int) -> pandas.DataFrame:
    coming = pandas.date_range(known.index[-1], periods=ahead + 1)[1:]
    sold = known.dropna()
    given, asked = rows_of(sold.index, known), rows_of(coming, known)
    few = {"min_samples_leaf": max(2, min(20, len(sold) // 10)), "random_state": 0}
    found = {"value": HistGradientBoostingRegressor(**few).fit(given, sold).predict(asked)}
    for level, name in BANDS:
        for end, share in [("lower", (1 - level) / 2), ("upper", (1 + level) / 2)]:
            model = HistGradientBoostingRegressor(loss="quantile", quantile=share, **few)
            found[f"{end}_{name}"] = model.fit(given, sold).predict(asked)
    return pandas.DataFrame(found)


def again(known: pandas.Series, ahead: int) -> pandas.DataFrame:
    """The last value of the same weekday."""
    coming = pandas.date_range(known.index[-1], periods=ahead + 1)[1:]
    sold = known.dropna()
    value = [sold[sold.index.day_of_week == day.day_of_week] for day in coming]
    return pandas.DataFrame({"value": [same.iloc[-1] if len(same) else sold.mean() for same in value]})


def made_up(path: Path, days: int = 730, seed: int = 1) -> None:
    import holidays

    closed, dice = holidays.country_holidays("GB", subdiv="ENG"), random.Random(seed)
    first = datetime.date(2023, 1, 1)
    with path.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"])
        number = 600_000
        for place in range(days):
            day = first + datetime.timedelta(days=place)
            if day.weekday() == 6 or day in closed:
                continue
            usual = 30 * (1 + 0.0004 * place) * (1 + 0.12 * day.weekday())
            usual *= 1 + 0.25 * math.sin(2 * math.pi * day.timetuple().tm_yday / 365.25)
            for _ in range(max(1, round(dice.gauss(usual, 0.12 * usual)))):
                number += 1
                pieces, price = dice.randint(1, 12), round(dice.lognormvariate(1.2, 0.5), 2)
                lines.writerow([number, f"A{dice.randint(1, 300)}", "ARTICLE", pieces, f"{day} 12:00:00", price, dice.randint(1, 2000), "United Kingdom"])


def judged(told: pandas.DataFrame, actual: pandas.Series) -> list[tuple]:
    """Of each day that sold something: what was told, what was, and whether it was within the bands."""
    days = []
    for place, was in enumerate(actual):
        if math.isnan(was) or was == 0:
            continue
        row = told.iloc[place]
        within = [row.get(f"lower_{name}", math.nan) <= was <= row.get(f"upper_{name}", math.nan) for _, name in BANDS]
        days.append((row["value"], was, *within))
    return days


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--insights", type=Path, required=True, help="the program")
    options.add_argument("--retail", type=Path, help="a file in the form of UCI Online Retail")
    options.add_argument("--metric", choices=["revenue", "orders"], action="append")
    options.add_argument("--ahead", type=int, default=7, help="days that are held out")
    options.add_argument("--origins", type=int, default=4, help="how often")
    options.add_argument("--json", type=Path, help="where the figures go as well")
    given = options.parse_args()
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        ours = Insights(given.insights, Path(folder, "data"))
        made_up(Path(folder, "made-up.csv"))
        files = {"made-up": Path(folder, "made-up.csv")} | ({"retail": given.retail} if given.retail else {})
        for source, file in files.items():
            ours.bring(source, file)
        with ours:
            for source in files:
                for metric in given.metric or ["revenue", "orders"]:
                    figures += compare(ours, source, metric, given.ahead, given.origins)
    if given.json:
        given.json.write_text("".join(json.dumps(line) + "\n" for line in figures))


def compare(ours: Insights, source: str, metric: str, ahead: int, origins: int) -> list[dict]:
    series = ours.days(source, metric)
    models = {
        "insights": lambda known: ours.foretell(known, ahead, source, metric),
        "prophet": lambda known: prophet(known, ahead),
        "scikit-learn": lambda known: scikit_learn(known, ahead),
        "same weekday again": lambda known: again(known, ahead),
    }
    figures = []
    print(f"\n{source}, {metric}: {origins} times the last {ahead} days")
    print(f"{'':20}{'mape %':>9}{'wape %':>9}{'in 80 %':>9}{'in 95 %':>9}{'seconds':>9}")
    for name, foretell in models.items():
        days, seconds = [], []
        for back in range(origins):
            end = len(series) - ahead - 7 * back
            since = time.perf_counter()
            told = foretell(series.iloc[:end])
            seconds.append(time.perf_counter() - since)
            days += judged(told, series.iloc[end : end + ahead])
        wrong = numpy.array([abs(value - was) for value, was, *_ in days])
        was = numpy.array([was for _, was, *_ in days])
        line = {"series": source, "metric": metric, "model": name, "days": len(days)}
        line |= {"mape": 100 * float(numpy.mean(wrong / abs(was))), "wape": 100 * float(wrong.sum() / was.sum())}
        if name != "same weekday again":
            line |= {f"coverage_{band}": 100 * float(numpy.mean([day[2 + place] for day in days])) for place, (_, band) in enumerate(BANDS)}
        line |= {"seconds": float(numpy.median(seconds))}
        shown = [line.get(key) for key in ["mape", "wape", "coverage_80", "coverage_95"]]
        print(f"{name:20}" + "".join("        -" if it is None else f"{it:9.1f}" for it in shown) + f"{line['seconds']:9.2f}")
        figures.append(line)
    return figures


if __name__ == "__main__":
    main()
