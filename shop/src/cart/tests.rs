//! See the commits that follow.
