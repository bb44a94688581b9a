package dev.millrace.tests.reliability;

/**
 * What became of the images of one case.
 *
 * @param in images sent
 * @param out answers, predictions and dead letters, that a read_committed consumer saw
 * @param lost images without an answer
 * @param doubled answers to images that had one already
 * @param outOfOrder predictions that came first after that of a later image of their partition
 * @param wrong answers with another image's key or place
 */
record Tally(long in, long out, long lost, long doubled, long outOfOrder, long wrong) {}
