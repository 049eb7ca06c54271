"""Reading of a register, as chefs keep it in a spreadsheet.

Plain Python, without the ORM: a file becomes a table (``reader``), its headers
become columns (``headers``), its cells become values (``values``) and its lines
become typed rows with every problem told by line and column (``rows``).
"""
