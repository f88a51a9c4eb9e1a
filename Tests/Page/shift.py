"""A guard's shift, with keys alone: what comes, what needs eyes, gates, and what goes on when a program starts anew."""

import datetime
import statistics
import threading
import time

import gate as harness
import pictures
from gate import check, eventually
from page import DOORS, PASSWORD, Client, within
from signing import Watch

SEEN = """
window.came = {};
new MutationObserver(() => { for (const row of document.querySelectorAll("ol.stream > li[data-seq]")) window.came[row.dataset.seq] ??= Date.now(); })
    .observe(document.querySelector("ol.stream"), {childList: true});
"""


def enter(page, browser, name):
    """Signs in as somebody does: the name, the password, Enter."""
    browser.open(page.address("/sign-in"))
    browser.type(name)
    browser.keys("Tab")
    browser.type(PASSWORD)
    browser.keys("Enter")
    browser.until("document.querySelector('nav.places')", 20)


def moment(entry):
    return datetime.datetime.fromisoformat(entry["at"]).timestamp()


def newest(gate, **fields):
    return gate.seen(**fields)[-1]


def refused(gate, number):
    """The entry of a card that may not come in there. Edges of a busy machine can be too close for a frame: it is shown again."""
    before = gate.last()
    for _ in range(5):
        gate.do(f"card gate-{number}-in H10301:{harness.GOOD}")
        if found := eventually(lambda: gate.seen(kind="decision", after=before), 2):
            return found[-1]
    raise AssertionError(gate.said[-5:])


def live(page, browser):
    """Events on screen as they are put down, and their pictures when they come."""
    gate = page.gate
    enter(page, browser, "zhang")
    check("shift: a guard begins with what needs eyes", browser.address == page.address("/shift") and "Nothing waits for you" in browser.text(), browser.address)
    client = Client(page, "192.0.2.30")
    client.sign_in("zhang")
    watch = Watch(page, client)
    assert eventually(lambda: watch.heard("here"))
    browser.script(SEEN)
    since_entry, since_arrival = [], []
    for number in range(6):
        entry = refused(gate, number + 1)
        at = browser.until(f"window.came['{entry['seq']}']") / 1000
        since_entry.append(at - moment(entry))
        since_arrival.append(at - eventually(lambda: watch.heard("entry", entry["seq"])))
    within("shift: an event is on screen after its entry", statistics.median(since_entry), 1)
    within("shift: and after its arrival", max(0, statistics.median(since_arrival)), 0.2)
    watch.close()
    gate.do(f"card wicket-in H10301:{harness.UNKNOWN}")
    entry = eventually(lambda: gate.seen(kind="decision", point="wicket-in"))[-1]
    shown = f"document.querySelector('li[data-seq=\"{entry['seq']}\"] img.thumb')"
    check("shift: its picture comes to it", browser.until(f"{shown} && {shown}.src.includes('/picture/{entry['seq']}')", 30))
    source = browser.script(f"return {shown}.getAttribute('src')")
    answer = client.get(source)
    check("shift: and is the one of the camera", answer.status == 200 and answer.octets.startswith(pictures.START), answer.headers)


def alarm(page, browser):
    """A forced door: queue, title, note by keys, and the journal has who and why."""
    gate = page.gate
    gate.do("door gate-1 open")
    browser.until("document.querySelector('article.eyes')")
    text = browser.text("article.eyes")
    check("shift: a forced door stands in front", "gate-1" in text and "forced" in text.lower(), text)
    check("shift: the title says that something is", browser.until("document.title.startsWith('(!)')"), browser.script("return document.title"))
    check("shift: and the place", browser.until("document.querySelector('[data-count=alarms]:not([hidden])').textContent === '1'"))
    browser.keys("a")
    check("shift: a leads to the note", browser.focus()["id"] == "note" and browser.focus()["seen"], browser.focus())
    browser.keys("1", "Enter")
    browser.until("document.body.innerText.includes('It stands in the log with your note')")
    entry = newest(gate, outcome="acknowledged")
    check("shift: seen, with note and both names", "looked, all in order" in str(entry["personal"]) and entry["personal"]["account"] == "zhang" and entry["actor"].startswith("uid "), entry)
    check("shift: it stands as seen, and still so", "Seen, and still so" in browser.text() and "seen by guard" in browser.text("[data-eyes]"), browser.text("[data-eyes]"))
    gate.do("door gate-1 close")
    check("shift: and goes when it is over", browser.until("document.querySelector('[data-eyes]').innerText.includes('Nothing waits') && !document.querySelector('[data-eyes]').innerText.includes('still so')", 20))


def gates(page, browser):
    """Opened with a reason by keys alone."""
    gate = page.gate
    order = browser.script("return [...document.querySelectorAll('aside.gates details')].map(one => one.dataset.gate)")
    check("gates: all stand at the side", {"lane", "wicket"} <= set(order) and len(order) == DOORS + 2, order)
    before, chosen = gate.pulses(order[1]), order[1]
    browser.keys("o")
    check("gates: o leads there", browser.focus()["tag"] == "summary" and browser.focus()["seen"], browser.focus())
    browser.keys("2")
    check("gates: a digit takes the gate", browser.focus()["id"] == f"why-{chosen}", browser.focus())
    browser.keys("1", "Enter")
    browser.until("document.body.innerText.includes('Opened once')")
    check("gates: and it opens", eventually(lambda: gate.pulses(chosen) == before + 1), gate.said[-4:])
    entry = newest(gate, kind="order", outcome="done")
    check("gates: with reason and name", "delivery" in str(entry["personal"]) and entry["personal"]["account"] == "zhang", entry)
    browser.keys("o", "2")
    browser.keys("Escape", "Escape")
    check("gates: Esc leads back", browser.script("return !document.querySelector('aside.gates details[open]')"))


def handed(page, browser):
    browser.open(page.address("/shift/end"))
    text = browser.text()
    check("hand-over: the page for paper", "Hand-over" in text and browser.paper().startswith(b"%PDF-"), text[:300])
    browser.keys("Escape")
    check("hand-over: and back", browser.until("location.pathname === '/shift'"))


def anew(page, browser):
    """The daemon, and then the console, start again while somebody watches."""
    gate = page.gate
    browser.open(page.address("/shift"))
    browser.until("document.querySelector('#gates section')")
    gate.end()
    check("anew: without the daemon the page says since when", browser.until("document.querySelector('#link').innerText.includes('No contact since')", 20) and browser.script("return document.querySelector('ol.stream').classList.contains('stale')"))
    assert gate.start(), gate.log()
    check("anew: with it, that it is back, and what was missed", browser.until("document.querySelector('#link').innerText.includes('In contact again')", 30), browser.text("#link"))
    entry = refused(gate, 2)
    check("anew: and goes on", browser.until(f"document.querySelector('li[data-seq=\"{entry['seq']}\"]') !== null"))
    page.end()
    browser.until("document.querySelector('#link').innerText.includes('No contact since')", 20)
    page.start()
    check("anew: with the console the sign-in is asked for again", browser.until("location.pathname === '/sign-in'", 30))
    browser.type("zhang")
    browser.keys("Tab")
    browser.type(PASSWORD)
    browser.keys("Enter")
    check("anew: and leads to where somebody was", browser.until("location.pathname === '/shift'", 20))


def busy(page):
    """400 events and 12 alarms, while nobody looked."""
    gate = page.gate
    before = gate.last()
    # All readers at once; what repeats within half a second is one presentation.
    while len(gate.seen(kind="decision", after=before)) < 400:
        at = time.monotonic()
        for number in range(1, DOORS + 1):
            gate.bench.stdin.write(f"card gate-{number}-in H10301:{harness.GOOD}\n")
        gate.do(f"card lane-old TEXT:4711")
        pause(max(0, 0.55 - (time.monotonic() - at)))
    for number in range(1, DOORS + 1):
        gate.do(f"door gate-{number} open")
    open_ = lambda: [one for one in gate.ask("alarm list")["result"]["alarms"] if "acknowledged" not in one or not one["acknowledged"]]
    check("busy: 12 alarms wait", eventually(lambda: len([one for one in open_() if one["subject"].startswith("gate-")]) == DOORS, 30), open_())
    return open_


def cleared(page, browser):
    """12 alarms and 400 events by keys; the log loads what comes as it is asked for."""
    waiting = busy(page)
    browser.open(page.address("/shift"))
    begin, presses = time.monotonic(), browser.presses
    while left := len(waiting()):
        browser.keys("g", "s")
        browser.until("location.pathname === '/shift' && document.querySelector('article.eyes')")
        number = browser.script("return document.querySelector('article.eyes').dataset.alarm")
        browser.keys("a", "2", "Enter")
        browser.until(f"location.search === '?done=seen' && document.querySelector('article.eyes')?.dataset.alarm !== '{number}'", 20)
        if len(waiting()) >= left:
            check("cleared: each note takes one away", False, waiting())
    browser.keys("g", "o")
    browser.until("location.pathname === '/log'")
    first = browser.script("return document.querySelectorAll('ol.stream > li').length")
    at = 0
    while at < 399:
        browser.until(f"document.querySelectorAll('ol.stream > li').length > {at + 1}")
        browser.keys(*"j" * 20)
        at = browser.script("return [...document.querySelectorAll('ol.stream > li')].findIndex(one => one.classList.contains('chosen'))")
    check("cleared: more rows come on the way down", 0 < first < 100, first)
    within(f"cleared: 12 alarms and 400 events in {browser.presses - presses} key presses", time.monotonic() - begin, 300 / 5)
    for number in range(1, DOORS + 1):
        page.gate.do(f"door gate-{number} close")


def filters(page, browser):
    """Filters stand in the address, and a refusal can be read as a path."""
    browser.open(page.address("/log"))
    browser.script("document.querySelector('#decision').focus()")
    browser.keys("ArrowDown", "ArrowDown")
    browser.script("document.querySelector('#decision').form.requestSubmit()")
    browser.until("location.search.includes('decision=denied')")
    check("log: the filter stands in the address, and in the form", browser.script("return document.querySelector('#decision').value") == "denied")
    check("log: and takes away what does not fit", browser.script("return [...document.querySelectorAll('ol.stream > li')].every(one => one.classList.contains('refused') || one.classList.contains('alarm'))"))
    answer = browser.address
    browser.keys("j", "Enter")
    browser.until("location.pathname.match(/^.log.[0-9]+$/)")
    return answer


def explained(page, browser):
    """A manager reads why."""
    entry = [one for one in page.gate.seen(kind="decision", outcome="denied")][-1]
    browser.open(page.address(f"/log/{entry['seq']}"))
    text = browser.text()
    check("log: a refusal as a path that one can read", "How it was decided" in text and browser.script("return document.querySelectorAll('ol.steps li.decided').length") == 1, text[:800])
    check("log: without a code", "deny(" not in text and "abstain" not in text)


def pause(seconds):
    threading.Event().wait(seconds)
