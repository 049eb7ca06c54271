from . import base_partner_merge
from . import citeslab_attendance
from . import citeslab_calendar_print
from . import citeslab_event_plan
from . import citeslab_mailing_prepare
