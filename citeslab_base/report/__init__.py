from . import report_my_parcours
from . import report_parcours_sheet
