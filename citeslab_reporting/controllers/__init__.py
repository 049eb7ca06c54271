from . import bilan
