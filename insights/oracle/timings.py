"""Times the models and the questions pages ask, in DataFusion on two threads, over the bronze that `volume.py` makes.

    python volume.py FOLDER/bronze && python timings.py FOLDER

Says wall and processor time, since other work on the machine shows in the former alone, and the most memory seen.
"""

import sys
import threading
import time
from pathlib import Path

import runner

AS_OF = "2026-11-29"
OURS = "from gold_sales where source = 'belgrano'"
QUESTIONS = {
    "indicators of a month": f"select sum(net), sum(net_orders), sum(net_cost), count(distinct customer_id) {OURS} "
                             "and ordered_on >= date '2026-11-01'",
    "indicators of all time": f"select sum(net), sum(net_orders), sum(net_units), sum(net_cost) {OURS}",
    "customers of all time": f"select count(distinct customer_id) {OURS} and kind = 'sale' and not voided",
    "by day": f"select ordered_on, sum(net), sum(net_orders) {OURS} group by ordered_on",
    "by barrio, on mobile": f"select barrio, sum(net), sum(net_orders) {OURS} and device = 'movil' group by barrio",
    "by category": f"select category, sum(net), sum(net_cost) {OURS} group by category",
    "by hour and weekday": "select ordered_hour, extract(isodow from ordered_on), sum(net), sum(net_orders) "
                           "from gold_hourly_sales where source = 'belgrano' group by 1, 2",
    "top articles": f"select product_id, sum(net) as net, sum(net_units) {OURS} group by product_id order by net desc limit 20",
    "orders of a category": f"select count(distinct order_id) {OURS} and category = 'Rubro 3' and kind = 'sale' and not voided",
    "today": f"select sum(net), sum(net_orders) {OURS} and ordered_on = date '2026-11-28'",
    "cube, by day": "select ordered_on, sum(net), sum(net_orders) from gold_daily_sales where source = 'belgrano' group by 1",
    "cube, articles and orders": "select product_id, sum(net) as net, sum(net_orders) from gold_daily_products "
                                 "where source = 'belgrano' group by product_id order by net desc limit 20",
    "cube, barrios": "select barrio, sum(net), sum(net_orders) from gold_daily_places where source = 'belgrano' group by barrio",
    "lines of a week": f"select * {OURS} and ordered_on > date '2026-11-22' order by ordered_at desc, order_id desc limit 50",
    "best customers": "select * from gold_customer_analytics where source = 'belgrano' order by total_revenue desc limit 50",
}


def main():
    folder = Path(sys.argv[1])
    session, models = runner.context(folder / "bronze"), runner.load({"as_of": AS_OF})
    runner.build(session, models, folder / "models", Clock)
    for name, question in QUESTIONS.items():
        walls, processor = [], []
        for _ in range(7):
            began, used = time.perf_counter(), time.process_time()
            session.sql(question).collect()
            walls.append(time.perf_counter() - began)
            processor.append(time.process_time() - used)
        print(f"{name:28} {min(walls) * 1000:7.0f} ms {min(processor) * 1000:7.0f} ms of processor time")


class Clock:
    """Times one model and watches the memory of the process meanwhile."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.began, self.used, self.most, self.over = time.perf_counter(), time.process_time(), 0, threading.Event()
        self.watcher = threading.Thread(target=self._watch)
        self.watcher.start()

    def __exit__(self, *_):
        self.over.set()
        self.watcher.join()
        wall, processor = time.perf_counter() - self.began, time.process_time() - self.used
        if wall > 0.1:
            print(f"{self.name:28} {wall:7.1f} s {processor:7.1f} s of processor time {self.most:6} MB", flush=True)

    def _watch(self):
        while not self.over.wait(0.02):
            status = Path("/proc/self/status").read_text()
            self.most = max(self.most, int(status.split("VmRSS:")[1].split()[0]) // 1024)


if __name__ == "__main__":
    main()
