from . import test_parcours
from . import test_register_import
from . import test_register_reader
from . import test_dates
from . import test_orientation
from . import test_records
from . import test_situation
from . import test_access
