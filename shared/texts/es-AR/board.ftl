# The board: tickets, fleet, users and reports.

nav-board = Tablero
nav-fleet = Flota
nav-reports = Reportes
nav-users = Usuarios
