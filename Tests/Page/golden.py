"""Pictures of a page, compared with those that somebody looked at and found good."""

import io
import os
import pathlib

from PIL import Image, ImageChops

HERE = pathlib.Path(__file__).resolve().parent
# A pixel differs when one of its colours does by more than this; so many of a thousand may.
STEP, SHARE = 24, 1.0


def difference(one, other, step=STEP, stretch=0):
    """How many pixels of a thousand differ, with a picture of where; None for pictures of two sizes. One that is higher by a share of no more
    than `stretch` is stretched."""
    one, other = (Image.open(io.BytesIO(octets)).convert("RGB") for octets in (one, other))
    if one.width == other.width and 0 < abs(one.height - other.height) <= stretch * one.height:
        other = other.resize(one.size, Image.Resampling.BOX)
    if one.size != other.size:
        return None, None
    red, green, blue = ImageChops.difference(one, other).split()
    largest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    changed = largest.point(lambda value: 255 if value > step else 0)
    return 1000 * changed.histogram()[255] / (one.size[0] * one.size[1]), changed


class Goldens:
    """A folder of good pictures. What differs is put beside a picture of where, in `found`."""

    def __init__(self, folder, found, step=STEP, share=SHARE, stretch=0, writes=bool(os.environ.get("GATEHOUSE_WRITE_SHOTS"))):
        self.writes = writes
        self.folder, self.found = pathlib.Path(folder), pathlib.Path(found)
        self.step, self.share, self.stretch = step, share, stretch

    def fault(self, name, picture):
        """None where the picture is the good one; what is wrong otherwise. With GATEHOUSE_WRITE_SHOTS it becomes the good one."""
        good = self.folder / f"{name}.png"
        self.found.mkdir(parents=True, exist_ok=True)
        (self.found / f"{name}.png").write_bytes(picture)
        if self.writes:
            self.folder.mkdir(parents=True, exist_ok=True)
            good.write_bytes(picture)
            return None
        if not good.exists():
            return f"{name}: there is no good one yet; look at {self.found / name}.png, and GATEHOUSE_WRITE_SHOTS=1 takes it"
        share, where = difference(good.read_bytes(), picture, self.step, self.stretch)
        if share is None:
            return f"{name}: another size"
        if share <= self.share:
            return None
        where.save(self.found / f"{name}-differs.png")
        return f"{name}: {share:.1f} of 1000 pixels differ; look at {self.found / name}.png and {name}-differs.png"
