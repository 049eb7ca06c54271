"""Money of a budget in plain Python: amounts are whole cents, no ORM."""
