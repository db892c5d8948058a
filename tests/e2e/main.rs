//! The stories of the product, told to the binary that users run.
