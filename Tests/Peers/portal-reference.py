#!/usr/bin/env python3
"""The rules of docs/portals.md once more, written from the page and not from the sources: what a portal does with an
order of events. One order a line on the standard input, what came of it a line on the standard output; times are
milliseconds. PortalOrderTests writes the orders and compares."""
import sys

HELD = ("free", "fire")
NEVER = 1 << 60


class Wire:
    """A level is believed when it has stood for its span. It belongs to its edge."""

    def __init__(self, name, span):
        self.name, self.span = name, span
        self.on = self.raw = False
        self.edges, self.bad, self.untold = [], None, False
        self.flips = []

    def hear(self, level, t):
        if level == self.raw:
            return
        self.raw = level
        self.edges.append(t)
        # How long it has not stood still: back over all edges that came within a span of the next one.
        first = len(self.edges) - 1
        while first > 0 and self.edges[first] - self.edges[first - 1] < self.span:
            first -= 1
        if self.bad is None and t - self.edges[first] >= max(500, 5 * self.span):
            self.bad, self.untold = t, True

    def doubtful(self):
        return self.raw != self.on

    def believe(self, t):
        self.on = self.raw
        self.flips.append(t)
        if len(self.flips) >= 40 and t - self.flips[-40] < 10000 and self.bad is None:
            self.bad, self.untold = t, True

    def looks(self):
        """A faulty wire is looked at once a second from when it was found to be so."""
        last = self.edges[-1]
        return self.bad + 1000 if last < self.bad else self.bad + ((last - self.bad) // 1000 + 1) * 1000

    def due(self):
        if self.bad is None:
            return self.edges[-1] + self.span if self.doubtful() else NEVER
        if self.untold:
            return self.bad
        calm = self.edges[-1] + 60000
        return min(calm, self.looks()) if self.doubtful() else calm

    def news(self, t):
        """What is to be told at this moment: ('level', edge), ('bad', True), ('bad', False)."""
        while self.due() <= t:
            if self.bad is None:
                self.believe(t)
                yield "level", self.edges[-1]
            elif self.untold:
                self.untold = False
                yield "bad", True
            elif self.doubtful() and self.looks() <= t:
                edge = self.due()
                self.believe(t)
                yield "level", edge
            else:
                self.bad, self.edges, self.flips = None, [-NEVER], []
                yield "bad", False


class Portal:
    def __init__(self, rules, posture):
        self.rules, self.posture = rules, posture
        self.line = posture in HELD
        self.door = None
        self.contact = Wire("contact", rules["contact_span"])
        self.button = Wire("exitButton", rules["exit_span"])
        self.grant_end = self.exit_end = None
        self.pressed = self.exit_edge = None
        self.stuck = self.occupied = False
        self.asks, self.waiting, self.over = {}, {}, []
        self.covered = -NEVER
        self.said = []

    def say(self, *words):
        self.said.extend(words)

    def secure(self, t, grace=1000):
        self.line = False
        self.covered = t + grace
        self.say("sec", *(f"req{e}" for e in self.asks))
        self.lapse([e for e in self.waiting if e not in self.asks], t + grace)

    def lapse(self, events, until):
        for event in events:
            del self.waiting[event]
            self.over.append([event, until, False])

    def wanted(self):
        return (
            self.posture in HELD or self.pressed is not None or self.grant_end is not None or self.exit_end is not None
        )

    def tell(self, t):
        if self.contact.doubtful() and not self.contact.on:
            return
        for one in self.over:
            if not one[2]:
                self.say(("unk" if self.contact.bad is not None else "not") + str(one[0]))
                one[2] = True
            if one[1] <= t:
                self.say(f"end{one[0]}")
        self.over = [one for one in self.over if one[1] > t]

    def consequences(self, t):
        unseen = not self.rules["contact"] or (self.door is not None and not self.contact.doubtful())
        if unseen:
            for event in list(self.waiting):
                if self.posture in HELD or event not in self.asks:
                    del self.waiting[event]
                    self.say(f"taken{event}@{t}")
        if self.line and not self.wanted() and not self.occupied:
            self.secure(t)
        self.tell(t)

    def due(self):
        times = [self.button.due(), self.contact.due()]
        times += [until for until in self.waiting.values() if until is not None]
        times += [end for end in (self.grant_end, self.exit_end) if end is not None]
        if self.over and not (self.contact.doubtful() and not self.contact.on):
            times += [one[1] for one in self.over]
        if self.door and not self.door["told"] and self.posture not in HELD:
            times.append(self.door["since"] + self.rules["held_limit"])
        if self.pressed is not None and not self.stuck:
            times.append(self.pressed + 300000)
        return min(times)

    def moment(self, t):
        for kind, value in self.button.news(t):
            if kind == "bad":
                self.say(f"wire:exitButton:chatters:{int(value)}")
                continue
            self.exit_edge = value
            if self.button.on:
                self.pressed = value
                if not self.line:
                    self.say("rel")
                self.line = True
                self.say(f"exit@{value}")
            else:
                self.exit_end = value + self.rules["unlock"]
                if self.stuck:
                    self.say("wire:exitButton:stuck:0")
                self.pressed, self.stuck = None, False
        for kind, value in self.contact.news(t):
            if kind == "bad":
                self.say(f"wire:contact:chatters:{int(value)}")
            elif self.contact.on:
                self.opens(value)
            else:
                self.closes(value)
        self.lapse([e for e, until in self.waiting.items() if until is not None and until <= t], t + 1000)
        if self.grant_end is not None and self.grant_end <= t:
            self.grant_end = None
        if self.exit_end is not None and self.exit_end <= t:
            self.exit_end = None
        door = self.door
        if door and not door["told"] and self.posture not in HELD and door["since"] + self.rules["held_limit"] <= t:
            door["told"] = True
            self.say(f"held@{door['since']}")
        if self.pressed is not None and not self.stuck and self.pressed + 300000 <= t:
            self.stuck = True
            self.say("wire:exitButton:stuck:1")
        self.consequences(t)

    def opens(self, edge):
        rightful = self.line or edge < self.covered
        self.door = {"since": edge, "told": False, "forced": not rightful}
        self.say(f"open@{edge}")
        if not rightful:
            return self.say(f"forced@{edge}")
        for event, until, told in self.over:
            if edge < until:
                self.say(f"{'late' if told else 'taken'}{event}@{edge}")
        self.over = [one for one in self.over if edge >= one[1]]
        for event in self.waiting:
            self.say(f"taken{event}@{edge}")
        self.waiting = {}

    def closes(self, edge):
        if self.door is None:
            return
        alarm = self.door["forced"] or self.door["told"]
        self.door = None
        if self.rules["relocks"] and all(event in self.asks for event in self.waiting):
            self.grant_end = None
            if self.exit_edge is None or self.exit_edge < edge:
                self.exit_end = None
        self.say(f"close@{edge}{'!' if alarm else ''}")

    def change(self, posture, t):
        if posture == self.posture:
            return
        before, self.posture = self.posture, posture
        if posture in HELD:
            for event, until in self.waiting.items():
                self.waiting[event] = until if until is not None else t + self.rules["unlock"]
            self.asks, self.grant_end, self.line = {}, None, True
            if before not in HELD:
                self.say("rel")
            return
        if before in HELD and self.door:
            self.door = {"since": t, "told": False, "forced": False}
        if posture == "secure":
            return
        self.grant_end, pending, self.asks = None, list(self.asks), {}
        self.covered = min(self.covered, t)
        for one in self.over:
            one[1] = min(one[1], t)
        if self.wanted() or self.occupied:
            self.lapse([event for event in list(self.waiting) if event in pending], t)
        elif self.line or pending:
            self.secure(t, 0)
        self.tell(t)

    def take(self, word, t):
        kind, rest = word[0], word[1:]
        if kind in "gG":
            time = self.rules["extended" if kind == "G" else "unlock"]
            self.waiting.pop(rest, None)
            if self.posture in HELD:
                self.waiting[rest] = t + time
                return
            self.waiting[rest] = None
            self.asks.pop(rest, None)
            self.asks[rest] = time
            self.say(f"req{rest}")
        elif kind == "d":
            if rest not in self.asks:
                if not self.line:
                    self.say("sec", *(f"req{e}" for e in self.asks))
                return
            end = t + self.asks.pop(rest)
            self.grant_end = end if self.grant_end is None else max(self.grant_end, end)
            self.line = True
        elif kind == "a":
            self.asks.pop(rest, None)
            self.waiting.pop(rest, None)
        elif kind == "c":
            if self.rules["contact"]:
                self.contact.hear(rest == "1", t)
        elif kind == "b":
            self.button.hear(rest == "1", t)
        elif kind == "o":
            self.occupied = rest == "1"
        elif kind == "p":
            self.change(rest, t)


def run(line):
    head, *events = line.split("|")
    numbers = [int(word) for word in head.split()]
    names = ("unlock", "extended", "held_limit", "relocks", "contact", "contact_span", "exit_span")
    rules = dict(zip(names, numbers))
    disk, lost, horizon = numbers[7:]
    todo = []
    for event in events:
        t, word = event.split()
        todo.append((int(t), word))
    portal, levels, writes, found = Portal(rules, "secure"), {"c": "0", "b": "0"}, [], []

    def note(t):
        for word in portal.said:
            found.append(f"{t}:{word}")
            if word == "sec":
                writes.clear()
            elif word.startswith("req"):
                event = word[3:]
                writes.append((t + disk, ("a" if int(event) % 7 == lost else "d") + event))
        portal.said = []

    def give(word, t):
        while portal.due() <= t:
            portal.moment(portal.due())
        if word:
            portal.take(word, t)
            portal.consequences(t)
        while portal.due() <= t:
            portal.moment(portal.due())
        note(t)

    def go_on(end):
        """The disk and whatever is due, up to a moment; of two at once the disk is first."""
        while True:
            written, due = writes[0][0] if writes else NEVER, portal.due()
            if min(written, due) > end:
                return
            if due < written:
                give("", due)
            else:
                t, word = writes.pop(0)
                give(word, t)

    for t, word in todo:
        go_on(t)
        if word == "R":
            writes.clear()
            portal = Portal(rules, portal.posture)
            for wire in "cb":
                give(wire + levels[wire], t)
            continue
        if word[0] in levels:
            levels[word[0]] = word[1]
        give(word, t)
    go_on(horizon)
    return " ".join(found)


for order in sys.stdin:
    print(run(order.rstrip("\n")))
