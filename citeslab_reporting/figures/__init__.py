"""Plain figures and their renderers; nothing here imports Odoo."""
