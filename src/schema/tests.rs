//! What has the name of an element elsewhere agrees with the table.
