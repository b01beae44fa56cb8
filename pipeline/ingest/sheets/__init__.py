"""Sheets and rows: XLSX, XLS, XLSB, ODS, Excel 2003 XML, CSV.

extent     how far a workbook reaches, before it is laid out; sparse: far cells moved together
percent    which cells are shown as percentages
sheet      workbooks, by calamine; excel_xml: those that are one XML file
rows       cells as texts, rows as blocks
delimited  rows of text (CSV)
"""
