from . import bilan
from . import report
