"""Sheets and rows: XLSX, XLS, XLSB, ODS, FODS, Excel 2003 XML, CSV.

extent     how far a workbook reaches, before it is laid out; sparse: far cells moved together
formats    which cells are shown as percentages, or with leading zeros
drawn      text boxes and pictures on sheets
sheet      workbooks, by calamine; excel_xml, flat_ods: those that are one XML file
rows       cells as texts, rows as blocks
delimited  rows of text (CSV)
"""
