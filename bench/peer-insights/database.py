"""The database: DATABASE_URL, through SQLAlchemy and psycopg."""

import os

from sqlalchemy import create_engine

url = os.environ["DATABASE_URL"].replace("postgres://", "postgresql+psycopg://", 1)
engine = create_engine(url, pool_size=8, max_overflow=8)
