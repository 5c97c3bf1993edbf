//! Every noun and every decision of Pedkai. Pure: no socket, file, thread, wall clock or unseeded chance.
