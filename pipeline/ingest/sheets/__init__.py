"""Sheets and rows: XLSX, XLS, XLSB, ODS, Excel 2003 XML, CSV."""
