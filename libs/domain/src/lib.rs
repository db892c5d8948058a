//! Every business rule of Demarc, pure.
