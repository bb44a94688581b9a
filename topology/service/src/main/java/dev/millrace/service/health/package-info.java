/**
 * Tells whether a service does its work, and if not, why. Watches from other threads, so that a
 * thread that hangs is noticed.
 */
package dev.millrace.service.health;
