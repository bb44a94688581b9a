/**
 * Finds out whether a service does its work, and why not. Runs on threads of its own, so that it
 * also notices a stream thread that hangs.
 */
package dev.millrace.service.health;
