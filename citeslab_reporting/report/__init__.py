from . import citeslab_bilan_renderer
from . import report_bilan_document
