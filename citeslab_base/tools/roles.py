"""Groups of the scheme; each role implies those before it."""

# Of the three roles: whoever has one of them is at least a volunteer.
ROLES = "citeslab_base.group_volunteer"
CHEF = "citeslab_base.group_chef"
MANAGER = "citeslab_base.group_manager"
# Reads figures and reports, no person.
NETWORK = "citeslab_base.group_network"
