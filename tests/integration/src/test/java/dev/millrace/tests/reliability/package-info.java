/**
 * Kills, freezes and restarts services and brokers, or lets them run for long, and counts what was
 * lost and what was doubled.
 */
package dev.millrace.tests.reliability;
