"""Prints what openpyxl finds in a workbook, as JSON. Usage: workbook.py FILE"""

import datetime
import json
import sys

import openpyxl


def plain(value):
    return value.isoformat() if isinstance(value, (datetime.date, datetime.datetime)) else value


def of_sheet(sheet):
    [(name, table)] = [(name, sheet.tables[name]) for name in sheet.tables]
    rows = [[plain(cell.value) for cell in row] for row in sheet[table.ref]]
    heads, first = rows[0], sheet[table.ref][1]
    return {
        "heads": heads,
        "rows": [row for row in rows[1:] if any(value is not None for value in row)],
        "table": name,
        "filter": table.autoFilter is not None and table.autoFilter.ref == table.ref,
        "frozen": sheet.freeze_panes,
        "formats": [cell.number_format for cell in first],
        "dates": [cell.is_date for cell in first],
        "above": [plain(row[0].value) for row in sheet.iter_rows(max_row=table_row(table) - 1) if row[0].value],
        "charts": len(sheet._charts),
        "formulas": sum(cell.data_type == "f" for row in sheet.iter_rows() for cell in row),
        "narrowest": min(sheet.column_dimensions[letter].width for letter in list(sheet.column_dimensions)),
    }


def table_row(table):
    return openpyxl.utils.cell.range_boundaries(table.ref)[1]


book = openpyxl.load_workbook(sys.argv[1])
json.dump({sheet.title: of_sheet(sheet) for sheet in book}, sys.stdout)
