from . import base_partner_merge
from . import citeslab_register_import
from . import citeslab_register_import_problem
from . import citeslab_outcome_dialog
from . import citeslab_outcome_grid
from . import citeslab_outcome_grid_line
from . import citeslab_prescriber_mail
from . import citeslab_ledger_print
