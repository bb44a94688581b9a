/**
 * Kills, freezes and restarts services and brokers, or lets them run for long, and counts lost and
 * doubled images.
 */
package dev.millrace.tests.reliability;
