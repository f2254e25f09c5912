# The driver's page.

nav-driver = My deliveries
