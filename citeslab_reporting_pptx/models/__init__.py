from . import citeslab_bilan_renderer
