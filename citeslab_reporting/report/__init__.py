from . import citeslab_bilan_renderer
from . import report_bilan_document
from . import report_committee_pack
from . import citeslab_report_renderer
from . import report_report_document
