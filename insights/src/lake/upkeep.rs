//! Keeping the lake small: joining small files, and deleting what no version needs any more.
