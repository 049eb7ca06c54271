from . import test_attacks
from . import test_canary_http
from importlib.util import find_spec

from . import test_access_reporting
from . import test_animation_figures
from . import test_bilan_cli
from . import test_claims
from . import test_company_links
from . import test_engine
from . import test_report
from . import test_report_brest
from . import test_export
from . import test_report_http
from . import test_governance
from . import test_indicator_preview
from . import test_matrix
from . import test_method
from . import test_money_figures
from . import test_partner_figures
from . import test_network
from . import test_network_files
from . import test_network_matrix
from . import test_pdf
from . import test_register_figures
from . import test_screen
from . import test_suppression
from . import test_xlsx

if find_spec("hypothesis"):  # a test library that a host may lack
    from . import test_erasure_figures
    from . import test_random_histories
    from . import test_report_random
from . import test_pilotage
