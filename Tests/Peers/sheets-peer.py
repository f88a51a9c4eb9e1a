"""Workbooks of a library that we did not write: sheets-peer.py FOLDER"""

import datetime
import io
import pathlib
import sys
import zipfile

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

FOLDER = pathlib.Path(sys.argv[1])
HEADER = ["姓名", "房号", "身份", "联系电话", "卡号", "备注"]
ROWS = [["孙三", "1-101", "业主", 13800138000, "H10301:118-7001", None], ["周七", "1-101", "家属", "0532-8888", "H10301:118-7002", "楼上"]]


def book(rows=ROWS, title="莲花小区登记表"):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "住户"
    sheet.append([title])
    sheet.merge_cells("A1:F1")
    sheet.append(HEADER)
    for row in rows:
        sheet.append(row)
    return made, sheet


made, sheet = book()
made.save(FOLDER / "people.xlsx")

made, sheet = book()
sheet.cell(row=3, column=1).value = "=B3"
made.save(FOLDER / "formula.xlsx")

made, sheet = book()
made.create_sheet("旧表").append(["x"])
made.save(FOLDER / "several.xlsx")
made["旧表"].sheet_state = "hidden"
made.save(FOLDER / "hidden.xlsx")

for name, epoch in (("tenancies", None), ("tenancies-1904", CALENDAR_MAC_1904)):
    made = openpyxl.Workbook()
    if epoch:
        made.epoch = epoch
    made.active.append(["小区", "房号", "租客", "起租日期", "到期日期"])
    made.active.append(["Checks", "1-102", "T-1", datetime.date(2031, 3, 1), datetime.datetime(2031, 12, 31)])
    made.save(FOLDER / f"{name}.xlsx")

made = openpyxl.Workbook()
made.active.append(["编号", "姓名", "角色"])
made.active.append(["S-8", "n", "staff"])
made.active.append([1234567890123456, "n", "staff"])
made.save(FOLDER / "digits.xlsx")

made = openpyxl.Workbook(write_only=True)
large = made.create_sheet("住户")
large.append(["编号", "姓名", "角色"])
for number in range(20_000):
    large.append([f"L-{number}", f"居民 {number}", "staff"])
made.save(FOLDER / "large.xlsx")


def changed(name, **parts):
    octets = io.BytesIO()
    with zipfile.ZipFile(FOLDER / "people.xlsx") as old, zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part not in parts.values():
                new.writestr(part, old.read(part))
        yield new
    (FOLDER / name).write_bytes(octets.getvalue())


for new in changed("macros.xlsm"):
    new.writestr("xl/vbaProject.bin", b"x")
for new in changed("bomb.xlsx", sheet="xl/worksheets/sheet1.xml"):
    with new.open("xl/worksheets/sheet1.xml", "w") as part:
        part.write(b"<worksheet><sheetData>")
        for _ in range(3000):
            part.write(b"<row></row>" * 10_000)
for new in changed("entities.xlsx", book="xl/workbook.xml"):
    new.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><workbook>&c;</workbook>')
(FOLDER / "picture.xlsx").write_bytes(bytes.fromhex("89504e470d0a1a0a0000000d49484452"))
(FOLDER / "old.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600)
