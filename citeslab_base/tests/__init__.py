from . import test_parcours
