from . import test_actual
from . import test_amounts
from . import test_budget
from . import test_convention
from . import test_rules
from . import test_security
from . import test_solver
