from . import citeslab_bilan_renderer
from . import report_bilan_document
from . import report_committee_pack
