# The driver's page.

nav-driver = Mi reparto
