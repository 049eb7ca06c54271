from . import bilan
from . import report
from . import export
