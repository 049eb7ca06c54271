from . import citeslab_bilan_wizard
from . import citeslab_campaign_receive
from . import citeslab_report_receive
from . import citeslab_report_return
