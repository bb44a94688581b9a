/**
 * Finds out whether a service does its work, and if not, why. The checks run on threads of their
 * own, so that they also detect a stream thread that hangs.
 */
package dev.millrace.service.health;
