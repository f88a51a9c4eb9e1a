#!/usr/bin/env python3
"""Figures of the page on the built programs: memory with 20 people watching, answers, and a gate whose console is hammered.

    figures.py [BIN-FOLDER]     release programs, for figures that mean something
"""

import pathlib
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from gate import eventually
from page import Client, Page
from signing import Watch

PEOPLE, CARDS = 20, 60


def waited(gate):
    """Microseconds from the last bit to the line, of cards at the lane."""
    before = len(gate.said)
    for _ in range(CARDS):
        gate.do("card lane-old TEXT:4711")
        # The same card within this time is one presentation.
        threading.Event().wait(0.55)
    return [int(line.split(", ")[1].split(" ")[0]) for line in gate.said[before:] if line.startswith("line  lane released,")]


def timed(client, path):
    begin = time.perf_counter()
    assert client.get(path).status == 200
    return time.perf_counter() - begin


def hammer(client, over):
    while not over.is_set():
        for path in ("/shift", "/log", "/health", "/assets/x/page.js"):
            client.get(path)


def most(values):
    return sorted(values)[max(0, round(0.99 * len(values)) - 1)]


def run():
    with Page() as page:
        people = []
        for number in range(PEOPLE):
            page.account(f"guard{number}", "guard")
        page.start()
        for number in range(PEOPLE):
            people.append(Client(page, f"192.0.2.{number + 1}"))
            assert people[-1].sign_in(f"guard{number}").status == 303
        watches = [Watch(page, client) for client in people]
        assert eventually(lambda: all(watch.heard("here") for watch in watches), 60)
        quiet = waited(page.gate)
        print(f"console with {PEOPLE} people watching: {page.resident() / 1024:.1f} MiB (40 MiB)")
        for path in ("/shift", "/log", "/health"):
            print(f"{path}: {1000 * statistics.median(timed(people[0], path) for _ in range(20)):.1f} ms until it is here (300 ms until it can be used)")
        over = threading.Event()
        threads = [threading.Thread(target=hammer, args=(client, over), daemon=True) for client in people[:8]]
        for thread in threads:
            thread.start()
        loud = waited(page.gate)
        over.set()
        for thread in threads:
            thread.join()
        print(f"last bit to line, {len(quiet)} and {len(loud)} cards: 99 of 100 within {most(quiet)} us quiet, {most(loud)} us hammered: {most(loud) / most(quiet):.2f} x (1.1 x)")
        print(f"half of them within {statistics.median(quiet):.0f} us quiet, {statistics.median(loud):.0f} us hammered")


if __name__ == "__main__":
    run()
