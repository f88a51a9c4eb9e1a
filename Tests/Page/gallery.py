"""The gallery: every component in every state, in both languages and palettes, beside pictures that somebody looked at and found good.

What is compared is a picture an eighth as large, so that letters are greys and another version of a font is no fault: what has moved, has
another size or another colour is."""

import io

from browser import DESK, PHONE
from gate import check
from golden import Goldens, difference
from page import Client
from PIL import Image

SMALLER = 8
FOLDER = "golden"


def shot(browser, width):
    """The whole page in one picture."""
    browser.size(width, 1000)
    height = browser.script("return document.documentElement.scrollHeight")
    browser.size(width, height)
    browser.until("[...document.images].every(one => one.complete)")
    return browser.shot()


def small(octets):
    picture = Image.open(io.BytesIO(octets)).convert("RGB")
    picture = picture.resize((picture.width // SMALLER, picture.height // SMALLER), Image.Resampling.BOX)
    kept = io.BytesIO()
    picture.quantize(64).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def shown(page, browser, here):
    goldens = Goldens(here / FOLDER, here.parents[1] / ".build/page-shots", step=32, share=5, stretch=0.03)
    page.end()
    page.start("--gallery")
    # Who is signed in sees no gallery.
    browser.devtools("Network.clearBrowserCookies")
    for language in ("en", "zh"):
        for palette in ("light", "dark"):
            browser.open(page.address(f"/gallery?lang={language}&palette={palette}"))
            found = browser.axe()
            check(f"gallery: {language} {palette}: nothing for axe", found == [], found)
            for width in (DESK[0], PHONE[0]):
                whole = shot(browser, width)
                check(f"gallery: {language} {palette} {width}: without sideways scrolling", browser.overflow() == 0, browser.overflow())
                name = f"gallery-{language}-{palette}-{width}"
                (goldens.found / f"{name}-whole.png").parent.mkdir(parents=True, exist_ok=True)
                (goldens.found / f"{name}-whole.png").write_bytes(whole)
                fault = goldens.fault(name, small(whole))
                check(f"gallery: {name} is the good one", fault is None, fault)
    good = small(shot(browser, DESK[0]))
    for what, change in (
        ("another colour of what needs eyes", "document.querySelectorAll('.card.red').forEach(one => one.style.background = '#600')"),
        ("a part that is gone", "document.querySelector('ol.stream').style.visibility = 'hidden'"),
        ("a row that is higher", "document.querySelectorAll('ol.stream > li').forEach(one => one.style.minHeight = '48px')"),
    ):
        browser.open(page.address("/gallery?lang=zh&palette=dark"))
        browser.script(change)
        share = difference(good, small(shot(browser, DESK[0])), goldens.step, goldens.stretch)[0]
        check(f"gallery: {what} is seen", share is None or share > goldens.share, share)
    browser.size(*DESK)
    browser.open(page.address("/gallery/sign-in?lang=zh"))
    check("gallery: the sign-in too", "Gatehouse" in browser.text() and browser.axe() == [])
    page.end()
    page.start()
    check("gallery: nobody sees it where it was not asked for", Client(page).get("/gallery").status == 303)
