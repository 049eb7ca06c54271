"""Plain figures and their renderers; nothing here knows the ORM."""
