from . import base_partner_merge
from . import citeslab_register_import
from . import citeslab_register_import_problem
