from . import orientation_link
from . import capture
from . import my_file
