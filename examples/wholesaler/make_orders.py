"""Writes the invented list of orders of this example: `python make_orders.py > evidence/cases/orders-2026.csv`.

Seeded, so that it gives the same bytes; every order in it is invented.
"""

import random
import sys
from datetime import datetime, timedelta

OPENS, CLOSES = 8, 16
HOLIDAY = datetime(2026, 1, 6).date()
FIRST, LAST = datetime(2026, 1, 7), datetime(2026, 3, 13, 16)
ORDERS = 348
HEAD = "order;received;quoted;ordered;picked;packed;shipped;invoiced;value"


def is_open(moment):
    return moment.weekday() < 5 and moment.date() != HOLIDAY


def after(moment, hours):
    """The time *hours* of working time after *moment*."""
    left = timedelta(hours=hours)
    while True:
        closes = moment.replace(hour=CLOSES, minute=0)
        if is_open(moment) and moment.hour >= OPENS and moment < closes:
            if left <= closes - moment:
                return moment + left
            left -= closes - moment
        if is_open(moment) and moment.hour < OPENS:
            moment = moment.replace(hour=OPENS, minute=0)
        else:
            moment = (moment + timedelta(days=1)).replace(hour=OPENS, minute=0)


def on_friday(moment, dice):
    """Invoices are written on Fridays from ten o'clock; what left the house by then goes out that day."""
    friday = (moment + timedelta(days=(4 - moment.weekday()) % 7)).replace(hour=10, minute=0)
    if friday < moment:
        friday += timedelta(days=7)
    return friday + timedelta(minutes=dice.randrange(0, 330))


def order(number, received, dice):
    times = [received]
    times.append(after(times[-1], dice.gammavariate(3.0, 6.5)))  # the quote waits for a price
    times.append(after(times[-1], dice.gammavariate(1.6, 6.5)))  # the fitter decides
    times.append(after(times[-1], dice.gammavariate(2.2, 2.4)))
    times.append(after(times[-1], dice.gammavariate(2.5, 0.4)))
    van = times[-1].replace(hour=14, minute=45) + timedelta(minutes=dice.randrange(0, 30))
    times.append(van if van > times[-1] else after(times[-1], 1.5 + dice.random() * 3))
    if dice.random() < 0.3:  # a large customer's invoice is written at once
        times.append(after(times[-1], dice.gammavariate(2.0, 1.5)))
    else:
        times.append(on_friday(times[-1], dice))
    last = 1 if dice.random() < 0.07 else 6  # some quotes become no order
    cells = [f"{when:%d.%m.%Y %H:%M}" if place <= last and when <= LAST else "" for place, when in enumerate(times)]
    value = f"{dice.lognormvariate(6.2, 0.8):,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
    return [f"26-{number:04d}", *cells, value]


def oddities(rows, dice):
    """What lists of people have: gaps, a word for a date, a date before the one it follows."""
    whole = [row for row in rows if all(row)]
    for row in dice.sample(whole, 9):
        row[dice.choice([2, 4, 5])] = ""
    for row in dice.sample(whole, 3):
        row[5] = f"{datetime.strptime(row[1], '%d.%m.%Y %H:%M') - timedelta(days=1):%d.%m.%Y %H:%M}"
    dice.choice(whole)[2] = "by telephone"
    return [*rows, list(dice.choice(whole))]


def main():
    dice = random.Random(20260313)
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    opened = [day for day in days if is_open(day)]
    starts = sorted(dice.choice(opened) + timedelta(hours=OPENS, minutes=dice.randrange(0, 480)) for _ in range(ORDERS))
    rows = oddities([order(number, when, dice) for number, when in enumerate(starts, 1)], dice)
    sys.stdout.write("\ufeff" + HEAD + "\r\n" + "".join(";".join(row) + "\r\n" for row in rows))


if __name__ == "__main__":
    main()
