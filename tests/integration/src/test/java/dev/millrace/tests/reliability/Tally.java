package dev.millrace.tests.reliability;

/**
 * The counts of one case.
 *
 * @param in images sent
 * @param out answers (predictions and dead letters) that a read_committed consumer read
 * @param lost images without an answer
 * @param doubled further answers to images that already had one
 * @param outOfOrder first predictions that came after a later image's prediction in their partition
 * @param wrong answers with another image's key, partition or offset
 */
record Tally(long in, long out, long lost, long doubled, long outOfOrder, long wrong) {}
