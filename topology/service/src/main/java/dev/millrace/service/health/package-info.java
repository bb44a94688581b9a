/**
 * Whether a service does its work, and if not, why: watched from beside it, so that what hangs
 * cannot hide.
 */
package dev.millrace.service.health;
