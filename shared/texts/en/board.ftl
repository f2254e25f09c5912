# The board: tickets, fleet, users and reports.

nav-board = Board
nav-fleet = Fleet
nav-reports = Reports
nav-users = Users
