# The judge of timetables: for each zone and the days around each of its clock changes, the first moment at which its clock shows
# a time or a later one, found by looking at every minute. Python's zoneinfo over the system's tzdata. Zones whose clocks change alike are
# judged once. Arguments: first and last years of spans; input: names of zones.
import json
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

UTC = timezone.utc


def offset(zone, moment):
    return int(datetime.fromtimestamp(moment, UTC).astimezone(zone).utcoffset().total_seconds())


def changes(zone, first, last):
    """Moments at which the offset changes, exact to the minute."""
    at, end, step = int(datetime(first, 1, 1, tzinfo=UTC).timestamp()), int(datetime(last, 12, 31, tzinfo=UTC).timestamp()), 7 * 86400
    before = offset(zone, at)
    while at < end:
        after = offset(zone, at + step)
        if after != before:
            low, high = at, at + step
            while high - low > 60:
                middle = (low + high) // 120 * 60
                if offset(zone, middle) == before:
                    low = middle
                else:
                    high = middle
            yield high
            before = offset(zone, high)
            at = high
        else:
            at += step


def first_moments(zone, change):
    """[local second, moment] for times of the local day in which the change lies, and of the next."""
    local = change + offset(zone, change - 60)
    midnight = local // 86400 * 86400
    shown = [(moment, moment + offset(zone, moment)) for moment in range(change - 50 * 3600, change + 50 * 3600, 60)]
    wanted = [midnight + minute * 60 for minute in range(0, 2 * 1440, 30)]
    wanted += [local + minute * 60 for minute in (-61, -31, -1, 1, 29, 31, 59, 61)]
    answers, at = [], 0
    highest = []
    for moment, clock in shown:
        highest.append(clock if not highest else max(highest[-1], clock))
    for second in sorted(wanted):
        while at < len(shown) and highest[at] < second:
            at += 1
        answers.append([second, shown[at][0]])
    return answers


known = available_timezones()
spans = [(int(first), int(last)) for first, last in zip(sys.argv[1::2], sys.argv[2::2])]
judged = set()
for name in sys.stdin.read().split():
    if name not in known:
        continue
    zone = ZoneInfo(name)
    found = [change for first, last in spans for change in changes(zone, first, last)]
    alike = tuple((change, offset(zone, change - 60), offset(zone, change)) for change in found)
    if alike in judged:
        continue
    judged.add(alike)
    print(json.dumps({"zone": name, "changes": [{"change": change, "answers": first_moments(zone, change)} for change in found]}), flush=True)
