//! Every view of the Pedkai workstation.
