from . import report_paper_annexe2
from . import report_paper_cerfa
from . import report_paper_final
from . import report_paper_financing
