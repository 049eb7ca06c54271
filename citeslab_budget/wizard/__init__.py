from . import citeslab_budget_next
from . import citeslab_fec_import
from . import citeslab_ledger_print
