/** The records of a dead-letter topic. */
package dev.millrace.service.deadletters;
