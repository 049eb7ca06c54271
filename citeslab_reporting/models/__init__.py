from . import citeslab_bilan
from . import citeslab_declared_figure
from . import citeslab_fact_activity
from . import citeslab_fact_event
from . import citeslab_fact_money
from . import citeslab_fact_person
from . import citeslab_indicator
