package dev.millrace.tests.reliability;

/**
 * The counts of one case.
 *
 * @param in images sent
 * @param out answers (predictions and dead letters) that a read_committed consumer read
 * @param lost images without an answer
 * @param doubled further answers to images that already had one
 * @param outOfOrder images whose first prediction came after the prediction of a later image of the
 *     same partition
 * @param wrong answers with the key, partition or offset of another image
 */
record Tally(long in, long out, long lost, long doubled, long outOfOrder, long wrong) {}
