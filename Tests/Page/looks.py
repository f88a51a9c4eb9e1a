"""Every view as it is looked at: both languages, both palettes, a telephone, twice as large, on paper, by keys, without scripts."""

import gate as harness
from browser import DESK, PHONE
from gate import check
from page import Client
from shift import enter, newest

# Whatever somebody can reach with Tab shows that it has the focus.
UNSEEN = """
const shown = one => one.checkVisibility({visibilityProperty: true}) && !one.closest("dialog:not([open])");
return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")].filter(shown).filter(one => {
    one.focus({focusVisible: true});
    const style = getComputedStyle(one);
    return document.activeElement !== one || !(style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
}).map(one => one.outerHTML.slice(0, 120));
"""
MOVES = """
return document.getAnimations().length + [...document.querySelectorAll("*")].filter(one => {
    const style = getComputedStyle(one);
    return style.animationName !== "none" || style.transitionDuration.split(",").some(part => parseFloat(part) > 0);
}).length;
"""
WEIGHT = 120_000


def addresses(page):
    gate = page.gate
    refused = newest(gate, kind="decision", outcome="denied")["seq"]
    return ["/shift", "/live", "/log", "/log?decision=denied", f"/log/{refused}", "/people", "/people?q=R-1", "/people/R-1", "/rentals", "/reports",
            "/health", "/health/reader/wicket-in", "/settings", "/shift/end", "/nothing"]


def views(page, browser):
    """axe, widths and complaints of each view, in each dress."""
    enter(page, browser, "li.na")
    browser.complaints()
    token = browser.script("return document.cookie")
    check("views: a script of the page reads no cookie", token == "", token)
    for language in ("zh", "en"):
        for palette in ("dark", "light"):
            choose(page, browser, language, palette)
            for path in ["/sign-in", *addresses(page)]:
                browser.open(page.address(path))
                check(f"views: {path} {language} {palette}: nothing for axe", (found := browser.axe()) == [], found)
                if palette == "light":
                    widths(browser, path, language)
    said = [one for one in browser.complaints() if "404" not in one and "favicon" not in one]
    check("views: the browser complains of nothing", not said, said[:5])


def choose(page, browser, language, palette):
    browser.open(page.address("/settings"))
    browser.click(f"input[name=language][value={language}]")
    browser.click(f"input[name=palette][value={palette}]")
    browser.script("document.querySelector('form[action=\"/settings\"]').requestSubmit()")
    browser.until(f"document.documentElement.lang.startsWith('{language}') && document.documentElement.dataset.palette === '{palette}' && location.search")


def widths(browser, path, language):
    for what, (width, height), zoom in (("on a telephone", PHONE, 1), ("at 200 %", DESK, 2)):
        browser.size(width, height, zoom)
        check(f"views: {path} {language} {what} without sideways scrolling", browser.overflow() == 0, browser.overflow())
    browser.size(*DESK)


def keys(page, browser):
    """By keys alone: each place, the sheet, and a focus that is seen on all that can have it."""
    for path in addresses(page):
        browser.open(page.address(path))
        unseen = browser.script(UNSEEN)
        check(f"keys: on {path} the focus is seen wherever it is", unseen == [], unseen[:3])
    browser.open(page.address("/health"))
    for letter, place in zip("slopthe", ("shift", "live", "log", "people", "reports", "health", "settings")):
        browser.keys("Escape", "g", letter)
        check(f"keys: g {letter} leads to {place}", browser.until(f"location.pathname === '/{place}'"))
    browser.keys("?")
    check("keys: ? has the sheet", browser.until("document.querySelector('#keys').open"))
    browser.keys("Escape")
    check("keys: and Esc ends it", browser.until("!document.querySelector('#keys').open"))
    browser.open(page.address("/log"))
    browser.keys("Tab")
    check("keys: the first Tab leads past the places", "skip" in browser.script("return document.activeElement.className"))
    browser.open(page.address("/people"))
    browser.keys("/")
    check("keys: / searches", browser.script("return document.activeElement.matches('input[type=search]')"))


def dressed(page, browser):
    """Paper, no motion, no scripts."""
    browser.open(page.address("/shift"))
    browser.media(printed=True)
    shown = "return [...document.querySelectorAll('nav.places, aside.gates, button')].filter(one => one.checkVisibility()).length"
    check("paper: no places, gates and buttons", browser.script(shown) == 0)
    browser.media(motion="reduce")
    browser.open(page.address("/shift"))
    check("motion: none where none is wanted", browser.script(MOVES) == 0)
    browser.media()
    browser.scripts(False)
    browser.open(page.address("/live"))
    check("without scripts: it can be read", page.gate.seen(kind="decision") and browser.script("return document.querySelectorAll('ol.stream > li').length") > 0)
    browser.open(page.address("/log?decision=denied"))
    check("without scripts: it can be filtered", browser.script("return document.querySelectorAll('ol.stream > li.refused').length") > 0)
    browser.open(page.address("/settings"))
    browser.click("form[action='/settings'] button")
    check("without scripts: a form works", browser.until("location.search === '?done=settings'"))
    browser.scripts(True)


def weight(page):
    """What a browser loads that was never here: markup, style and script."""
    client = Client(page, "192.0.2.40")
    client.sign_in("li.na")
    for path in addresses(page):
        text = client.get(path).text
        parts = {part for part in text.split('"') if part.startswith("/assets/")}
        octets = len(text.encode()) + sum(len(client.get(part).octets) for part in parts)
        check(f"weight: {path} has {octets} octets", octets <= WEIGHT and len(parts) == 3, parts)
