from . import citeslab_bilan_wizard
