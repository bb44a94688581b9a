/**
 * Kills, freezes and restarts services and brokers, and counts what was lost and what was doubled.
 */
package dev.millrace.tests.crash;
