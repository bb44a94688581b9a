package dev.millrace.tests.reliability;

/**
 * The counts of images and answers of one case.
 *
 * @param in number of images sent
 * @param out number of answers (predictions and dead letters) that a read_committed consumer read
 * @param lost number of images without an answer
 * @param doubled number of further answers to images that already had an answer
 * @param outOfOrder number of images whose first prediction came after the prediction of a later
 *     image of the same partition
 * @param wrong number of answers with the key, partition or offset of another image
 */
record Tally(long in, long out, long lost, long doubled, long outOfOrder, long wrong) {}
