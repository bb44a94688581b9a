/**
 * Tests that kill, freeze and restart services and brokers, or let them run for a long time, and
 * count lost and doubled images.
 */
package dev.millrace.tests.reliability;
